"""Tags as one word, by which a command line can select cases."""

from __future__ import annotations

import re
from collections.abc import Iterable

from audiotest.types import Case

_UNFIT = re.compile(r"\W+")


def tag_names(cases: Iterable[Case]) -> dict[tuple[str, str], str]:
    """``KEY_VALUE`` (``skill_pitch``) for every (tag, value) of ``cases``; none for one without a letter or a digit,
    which nobody could name."""
    names: dict[tuple[str, str], str] = {}
    for case in cases:
        for tag, values in case.tags.items():
            for value in values:
                if (tag, value) not in names:
                    names[tag, value] = _UNFIT.sub("_", f"{tag}_{value}").strip("_")
    return {of: name for of, name in names.items() if name}
