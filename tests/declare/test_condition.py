"""Conditions as people write them."""

import pytest

from audiotest.declare.condition import ConditionError, generator, number, parse, parse_one


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("original", ["original"]),
        ("noise(snr_db=10)", ["noise(snr_db=10)"]),
        ("noise( snr_db = 10.0 )", ["noise(snr_db=10)"]),
        ("noise(10)", ["noise(snr_db=10)"]),
        ("noise(snr_db=2.5)", ["noise(snr_db=2.5)"]),
        ("noise(snr_db=-5)", ["noise(snr_db=-5)"]),
        ("noise(snr_db=[20, 10, 0])", ["noise(snr_db=20)", "noise(snr_db=10)", "noise(snr_db=0)"]),
        ("shuffled + noise(snr_db=10)", ["shuffled+noise(snr_db=10)"]),
        ("shuffled + noise(snr_db=[10,0])", ["shuffled+noise(snr_db=10)", "shuffled+noise(snr_db=0)"]),
        ("lowpass(hz=[1234.5671, 1234.5672])", ["lowpass(hz=1234.5671)", "lowpass(hz=1234.5672)"]),
        ("cropped(seconds=1000.0625)", ["cropped(seconds=1000.0625)"]),
        ("prompt(question)", ["prompt(name=question)"]),
    ],
)
def test_canonical_names(text, names):
    assert [c.name for c in parse(text)] == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nois(snr_db=10)", "unknown condition 'nois': did you mean 'noise'"),
        ("noise(snr=10)", "did you mean 'snr_db'"),
        ("noise", "`noise` needs `snr_db`"),
        ("noise(snr_db=loud)", "takes a number, not 'loud'"),
        ("noise(snr_db=inf)", "finite number"),
        ("noise(snr_db=1, snr_db=2)", "given twice"),
        ("noise(snr_db=[])", "empty"),
        ("shuffled(3)", "takes 0 parameters"),
        ("shuffled(k=3)", "`shuffled` takes no parameters"),
        ("shuffled noise(snr_db=1)", "join parts with `+`"),
        ("original()", "`original` changes nothing"),
        ("", "cannot read the condition"),
        ("noise(snr_db=10", "a parenthesis is missing"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_near(text, said):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert said in str(caught.value)


def test_a_sweep_is_refused_where_one_condition_is_meant():
    with pytest.raises(ConditionError, match="a sweep of 2"):
        parse_one("noise(snr_db=[1, 2])")


def test_random_numbers_depend_on_seed_case_and_condition_alone():
    draws = {
        key: generator(*key).integers(1 << 60) for key in [(0, "a", "x"), (1, "a", "x"), (0, "b", "x"), (0, "a", "y")]
    }
    assert len(set(draws.values())) == 4
    assert generator(0, "a", "x").integers(1 << 60) == draws[0, "a", "x"]


def test_the_seed_of_a_trial_never_changes():
    """Published runs name a seed: what follows from it is the same in every version."""
    assert number(0, "a", "x") == 964934390775497996
