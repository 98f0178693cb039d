"""The adaptive procedure: held against QUEST+, and against listeners whose thresholds are known."""

import itertools

import numpy as np
import pytest
from scipy.stats import norm

from audiotest.hearing.procedure import SCALES, Grid, Procedure, easy_stretch, grid, near_end, recalibration
from audiotest.hearing.tracks import Heard
from bench.listeners import Listeners, Many, asked, track_named
from bench.trajectories import FIRST, ended, intervals, known

LEVELS = tuple(np.linspace(-1, 1, 15))


@pytest.mark.parametrize("options", [2, 3])
def test_posterior_and_next_level_are_those_of_questplus(options):
    """The library's curve is the normal distribution; ours is given the same one."""
    questplus = pytest.importorskip("questplus")
    rng = np.random.default_rng(options)
    thresholds, widths, lapses = np.linspace(-1.2, 1.2, 25), np.array([0.05, 0.1, 0.2]), np.array([0.0, 0.05])
    theirs = questplus.QuestPlus(
        stim_domain={"intensity": np.array(LEVELS)},
        param_domain={
            "mean": thresholds,
            "sd": widths,
            "lower_asymptote": np.array([1 / options]),
            "lapse_rate": lapses,
        },
        outcome_domain={"response": ["Correct", "Incorrect"]},
        func="norm_cdf",
        stim_scale="linear",
        stim_selection_method="min_entropy",
        param_estimation_method="mean",
    )
    sd, lapse = (axis.ravel() for axis in np.meshgrid(widths, lapses, indexing="ij"))
    rise = norm.cdf((np.array(LEVELS)[:, None, None] - thresholds[:, None]) / sd)
    p = 1 / options + (1 - 1 / options - lapse) * rise
    ours = Procedure(Grid(np.array(LEVELS), thresholds, sd, lapse, np.clip(p, 1e-12, 1 - 1e-12)), joint=True)
    for _ in range(25):
        level = ours.following()
        expected = theirs.next_stim["intensity"]
        entropies = ours.entropies()
        assert entropies[LEVELS.index(expected)] == pytest.approx(entropies[level], rel=1e-9)  # equal ones: either
        level = LEVELS.index(expected)
        right = bool(rng.random() < 1 / options + (1 - 1 / options) * norm.cdf((LEVELS[level] - 0.2) / 0.1))
        theirs.update(stim={"intensity": LEVELS[level]}, outcome={"response": "Correct" if right else "Incorrect"})
        ours.update(level, right)
        posterior = theirs.posterior.transpose("mean", "sd", "lapse_rate", "lower_asymptote").values
        np.testing.assert_allclose(ours.probabilities().ravel(), posterior.ravel(), rtol=1e-4, atol=1e-10)


def listened(rng, threshold, scale, lapse, options, questions):
    """A procedure after so many answers of a simulated listener."""
    procedure = Procedure(grid(LEVELS, options))
    for _ in range(questions):
        level = procedure.following()
        p = 1 / options + (1 - 1 / options - lapse) / (1 + np.exp(-(LEVELS[level] - threshold) / scale))
        procedure.update(level, float(rng.random() < p))
    return procedure


def test_intervals_cover_the_threshold_and_medians_are_not_biased():
    """Simulation: 60 listeners; of 95% intervals, fewer than 50 of 60 cover with a probability of 0.0004."""
    rng = np.random.default_rng(7)
    thresholds = rng.uniform(-0.7, 0.7, 60)
    cases = zip(thresholds, itertools.cycle((0.05, 0.1, 0.2)), itertools.cycle((0.0, 0.03)), itertools.cycle((2, 3)))
    known = [listened(rng, *case, questions=80).posterior() for case in cases]
    assert sum(p.low <= t <= p.high for p, t in zip(known, thresholds, strict=True)) >= 50
    errors = [p.estimate - t for p, t in zip(known, thresholds, strict=True)]
    assert abs(np.median(errors)) < 0.02  # 5%
    assert np.median([10 ** (p.high - p.low) for p in known]) < 2.7


def test_intervals_are_stretched_by_more_the_shallower_the_curve_and_estimates_shifted_down_the_more_lapses():
    widths = np.geomspace(1.5, 8, 6)
    stretches = [recalibration(np.full(6, scale), np.full(6, 0.05), widths * scale)[1] for scale in SCALES]
    assert np.all(np.diff(stretches, axis=0) >= 0)
    assert 1 / 1.5 <= np.min(stretches) < 0.9
    assert 1.1 < np.max(stretches) <= 1.5
    shifts, _ = recalibration(np.full(4, 0.1), np.array([0.0, 0.05, 0.1, 0.25]), np.full(4, 0.2))
    assert np.all(np.diff(shifts) < 0)
    assert np.all(np.abs(shifts) <= 0.6)


def test_a_threshold_is_near_the_end_by_its_distance_in_decades_and_in_scales():
    margins, scales = [0.3, 0.5, 0.5, 0.9], [0.03, 0.03, 0.1, 0.2]
    assert near_end(margins, scales).tolist() == [True, False, True, False]
    assert (easy_stretch(margins, scales) > 1).tolist() == [True, False, True, False]


def test_the_nearer_the_end_the_further_out_is_the_upper_end_of_an_interval():
    factors = easy_stretch(np.array([0.7, 0.6, 0.3, 0.0, -0.2]), 0.1)
    assert factors[0] == factors[1] == 1
    assert factors[1] < factors[2] < factors[3] == factors[4] < 1.5


@pytest.mark.parametrize(("threshold", "scale", "near"), [(0.1, 0.02, False), (0.1, 0.3, False), (0.8, 0.1, True)])
def test_an_interval_has_the_mass_that_shift_and_stretch_leave_it(threshold, scale, near):
    procedure = listened(np.random.default_rng(2), threshold, scale, 0.0, 2, 80)
    of = procedure.posterior()
    at, mass = procedure.grid.thresholds, procedure.probabilities().sum(axis=1)
    edges, below = np.append(at - 0.01, at[-1] + 0.01), np.append(0, np.cumsum(mass))
    low, estimate, high = norm.ppf(np.interp([of.low, of.estimate, of.high], edges, below))
    least, most = np.interp([0.025, 0.975], below, edges)
    shift, stretch = recalibration(of.scale, of.lapse, most - least)
    easy = easy_stretch(LEVELS[-1] - of.estimate, of.scale)
    assert bool(easy > 1) is near
    assert estimate == pytest.approx(shift, abs=1e-3)
    assert estimate - low == pytest.approx(1.96 * stretch, abs=2e-3)
    assert high - estimate == pytest.approx(1.96 * stretch * easy, abs=2e-3)


def test_a_threshold_outside_of_the_levels_is_seen_to_be_there():
    rng = np.random.default_rng(1)
    assert listened(rng, 1.25, 0.05, 0.0, 2, 60).posterior().above > 0.8
    assert listened(rng, -1.25, 0.05, 0.0, 2, 60).posterior().below > 0.8


def test_an_answer_that_was_declined_counts_as_a_guess():
    """It moves the threshold up, as a guess does on average, but less than a wrong answer."""
    medians = {}
    for right in (1.0, 0.5, 0.0):
        procedure = Procedure(grid(LEVELS, 2))
        procedure.update(7, right)
        medians[right] = procedure.posterior().estimate
    assert medians[1.0] < medians[0.5] < medians[0.0]


def test_a_curve_comes_with_an_interval_that_holds_it():
    mean, low, high = listened(np.random.default_rng(3), 0.1, 0.1, 0.0, 2, 60).curve(np.array(LEVELS), 2)
    assert np.all(low <= mean + 1e-9)
    assert np.all(mean <= high + 1e-9)
    assert mean[0] < 0.65
    assert mean[-1] > 0.9
    assert len(SCALES) == len(set(SCALES))


def test_many_listeners_at_once_are_asked_and_known_as_each_is_by_itself():
    """The bench's simulation of calibration, in single precision, against the procedure itself."""
    on, rng = grid(LEVELS, 2), np.random.default_rng(5)
    many, alone = Many(on, 3), [Procedure(on) for _ in range(3)]
    for _ in range(40):
        levels, right = rng.integers(5, len(LEVELS), 3), rng.random(3) < 0.8
        many.update(levels, right)
        for procedure, level, answer in zip(alone, levels, right, strict=True):
            procedure.update(int(level), float(answer))
    at, low, high = intervals(known(many, np.zeros(3), LEVELS[-1]))
    for number, (procedure, level) in enumerate(zip(alone, many.following(), strict=True)):
        entropies = procedure.entropies()
        assert entropies[level] == pytest.approx(entropies.min(), rel=1e-4)
        posterior = procedure.posterior()
        marginal = procedure.probabilities().sum(axis=1)
        assert many.marginals()[number] == pytest.approx(marginal, abs=1e-5)
        assert many.scales()[number] == pytest.approx(posterior.scale, rel=1e-4)
        assert many.lapses()[number] == pytest.approx(posterior.lapse, rel=1e-4)
        assert (low[number], at[number], high[number]) == pytest.approx(
            (posterior.low, posterior.estimate, posterior.high),
            abs=0.01,  # half a step of the grid
        )


@pytest.mark.parametrize("scale", [0.03, 0.1])
def test_a_simulated_run_ends_where_a_track_ends(scale):
    """The bench's rule for the end of a run, on the same answers; in single precision equal levels may be told apart
    otherwise."""
    track = track_named("gap")
    at = track.positions[20] + 0.013
    guesses = np.random.default_rng(4).random(200)
    many = asked(track, Listeners(np.array([at]), scale, 0.0), 200, np.random.default_rng(4))
    rows = [known(one, np.array([at]), track.positions[-1]) for number, one in enumerate(many, 1) if number >= FIRST]
    end = ended(np.stack(rows, axis=1))
    while (following := track.following()) is not None:
        index, level = following
        p = 1 / 3 + 2 / 3 / (1 + np.exp(-(track.positions[level] - at) / scale))
        track.take(Heard(index, level, 0, 0, (), bool(guesses[index] < p), 0, "read"))
    of = track.posterior()
    assert len(track.answers) == pytest.approx(end.questions[0], abs=10)
    assert (of.low - at, of.high - at) == pytest.approx((end.low[0], end.high[0]), abs=0.02)
