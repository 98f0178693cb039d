"""Whether parts of a track's answers, such as those to each wording, have one threshold or thresholds of their own.

Method
    A likelihood-ratio test on the grid of :mod:`audiotest.hearing.procedure`: a threshold for each of ``k`` parts
    against one for all, with the same slope and lapse rate. Twice the difference of the greatest log-likelihoods is
    compared with chi-squared of ``k - 1`` degrees of freedom (Wilks 1938). With 50 to 200 answers, whose levels depend
    on the answers before them, it is larger than that by chance; so it is divided by an inflation: about the ratio
    of its mean to the degrees of freedom for simulated listeners that stay the same (``python -m bench.hearing
    unchanged``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.hearing.procedure import Procedure
from audiotest.hearing.tracks import Heard, Track


def likelihood_ratio(track: Track, parts: Sequence[Sequence[Heard]]) -> tuple[float, list[float]]:
    """(twice the log of the likelihood ratio, the threshold of each part in decades), before it is divided by an
    inflation."""
    likelihoods = []
    for part in parts:
        procedure = Procedure(track.grid)
        for heard in part:
            procedure.update(heard.level, heard.credit(track.options))
        likelihoods.append(procedure.log_likelihoods())
    together = float(np.sum(likelihoods, axis=0).max())
    of_nuisance = np.sum([likelihood.max(axis=0) for likelihood in likelihoods], axis=0)
    best = int(of_nuisance.argmax())
    thresholds = [float(track.grid.thresholds[likelihood[:, best].argmax()]) for likelihood in likelihoods]
    return max(0.0, 2 * (float(of_nuisance[best]) - together)), thresholds
