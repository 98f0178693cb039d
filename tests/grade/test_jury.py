"""Asking a judge, without pytest."""

from audiotest.grade.jury import Job, Jury
from audiotest.types import Ask, Needs, Reply


class Judge:
    name, identity, batch_size, needs = "judge", "judge/1", 4, Needs(audio=False)

    def __init__(self, error=None):
        self.error, self.loads, self.closed = error, 0, False

    def load(self):
        self.loads += 1
        if self.error is not None:
            raise self.error

    def answer(self, requests):
        if len(requests) > 1 and any("bad" in r.prompt for r in requests):
            raise ValueError("all of you")
        return [ValueError("you alone") if "bad" in r.prompt else Reply(r.prompt) for r in requests]

    def close(self):
        self.closed = True


def jobs(*prompts):
    return [Job("s", f"c{i}", "original", "scorer", Ask("a", prompt)) for i, prompt in enumerate(prompts)]


def texts(jury, wanted):
    """What the judge said to each, or the error in its place."""
    jury.submit(wanted)

    def one(job):
        try:
            return jury.text(job)
        except Exception as error:
            return error

    return [one(job) for job in wanted]


def test_a_judge_is_loaded_once_and_a_bad_ask_costs_only_itself():
    judge = Judge()
    a, bad, *others = texts(Jury(judge), jobs("a", "bad", "b", "c", "d"))
    assert (a, str(bad), others, judge.loads) == ("a", "you alone", ["b", "c", "d"], 1)


def test_a_judge_that_skips_asks_is_asked_one_by_one():
    judge = Judge()
    judge.answer = lambda requests: [Reply(requests[0].prompt)]
    assert texts(Jury(judge), jobs("a", "b", "c")) == ["a", "b", "c"]


def test_a_judge_that_cannot_be_loaded_is_not_loaded_again_for_every_ask():
    judge = Judge(OSError("no weights"))
    jury = Jury(judge)
    said = [*texts(jury, jobs(*"abcdefgh")), *texts(jury, jobs("i"))]
    assert [str(one) for one in said] == ["no weights"] * 9
    assert judge.loads == 1
