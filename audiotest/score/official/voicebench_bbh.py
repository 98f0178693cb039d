"""VoiceBench's reading of replies to Big Bench Hard: yes or no, (a) or (b), by the script's own phrases.

A phrase is tried after the other, in the order of the script; the first that fits decides. ``+`` in front means yes (or
the second option), ``-`` no (or the first), ``@`` in a phrase stands for the letter a, then b. A phrase is looked for
anywhere in the reply, but behind ``=`` it is the whole reply, behind ``^`` its beginning, behind ``$`` its end, and
behind ``~`` it is a regular expression. Phrases that hold an earlier one, and so decide nothing, are left out.

Source
    ``src/evaluator/bbh.py`` of MatthewCYM/VoiceBench, commit 5338154 (Chen et al., arXiv 2410.17196; Apache-2.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from audiotest.score.official.voicebench import unmarked

_YES_NO = (
    "-answer is no", "+answer is yes", "-the answer no", "+the answer yes", "-final answer no", "+final answer yes",
    "-i would answer no", "+i would answer yes", "-the answer is without any modification no",
    "+the answer is without any modification yes", "-the answer to the question is no",
    "+the answer to the question is yes", "-the answer is false", "+the answer is true", "-answer false",
    "+answer true", "-the answer is $\\boxed{\\text{false}}$", "+the answer is $\\boxed{\\text{true}}$",
    "-the answer is \\boxed{no}", "+the answer is \\boxed{yes}", "-the answer is \\boxed{\\text{false}}",
    "+the answer is \\boxed{\\text{true}}", "-the answer is \\boxed{\\text{no}}", "+the answer is \\boxed{\\text{yes}}",
    "-i will provide the answer as no", "+i will provide the answer as yes", "-prefix answer no", "+prefix answer yes",
    "-conclusion no", "+conclusion yes",
)  # fmt: skip

_WEB_OF_LIES = (
    "-the prefix no applies to the statement", "-veena s statement cannot be true",
    "+therefore truly lorene tells the truth", "+the answer is the truth", "+affirmatively alejandro tells the truth",
    "-~answer is (.+?) tells a lie", "-~answer is (.+?) lies", "-~answer is (.+?) says lie",
    "-~answer is (.+?) doesn t tell the truth", "-~answer is (.+?) does not tell the truth",
    "-~answer is (.+?) didn t tell the truth", "+~answer is (.+?) tells the truth",
    "+~answer is (.+?) does tell the truth", "-~answer to the question (.+?) is no",
    "+~answer to the question (.+?) is yes", "+~from the above steps we can conclude that (.+?) tells the truth",
    "-$does not tell the truth", "-$cannot be telling the truth", "-$is lying", "-$tells the lie",
    "+$is also telling the truth", "+$must be lying", "+$must be telling the truth", "+$tells the truth",
    "+$delfina does tell the truth", "+$osvaldo is telling the truth", "-$lies", "-^no", "+^yes", "-$no", "+$yes",
)  # fmt: skip

_NAVIGATE = (
    "-you do not return to the starting point", "-you are not at the starting point",
    "-you haven t moved back to the starting point", "-you cannot return to the starting point",
    "+you return to the starting point", "-you are not facing the starting point",
    "-you haven t returned to the starting point", "+you end up back at the starting point",
    "-you are not back at the starting point", "-you will not return to the starting point",
    "+yes following these instructions", "+we end up back at the starting point",
    "+indeed returns us to the starting point", "+indeed bring us back to the starting point",
    "+you ll end up right back where you started", "+we ve now returned to the starting point",
    "+i have returned to the starting position", "-the final position is not directly at the starting point",
    "-it appears that we did not return to the exact starting point", "-does not return us to the starting point",
    "+i will end up back where i started", "+indeed return to the starting point", "+i ll be back where i started",
    "+i ll end up back at the starting point", "+after following these instructions we return to the starting point",
    "+we are back at the starting point!", "+we are now back at the starting point",
    "+you ll end up back where you started", "+we have now returned to the starting point",
    "+i ve returned to the starting point", "+following these instructions will always return us to the starting point",
    "+indeed return you to the starting point", "+the answer is the starting point",
    "-following these instructions doesn t return us to the starting point",
    "-following these directions does not lead you back to your original starting point", "-^no", "+^yes", "-$no",
    "+$yes",
)  # fmt: skip

_SPORTS = (
    "+final answer the sentence is plausible", "+the answer is directly yes", "-no the sentence is not possible",
    "-the answer is it is not possible", "+the answer is the sentence is plausible",
    "-the sentence is not particularly plausible", "-the sentence is not plausible",
    "+yes the sentence is structurally plausible", "+is the sentence plausible? yes it is",
    "-i would say that it is not a plausible sentence.", "-no the original sentence is not plausible",
    "-it s not a plausible", "-to answer your original question no", "+making it plausible", "-making it implausible",
    "+it is indeed a plausible sentence", "+considering these points the sentence is plausible",
    "+i would say the sentence is plausible", "+i would say that the sentence is plausible",
    "-i d say it s not entirely plausible", "-therefore not plausible", "-making it an implausible statement",
    "-the following sentence is not plausible", "-considering these points the sentence is unlikely to be true",
    "+yes the sentence is plausible", "+based on this analysis the sentence is plausible",
    "+considering these points the sentence seems plausible", "+given the context the sentence is plausible",
    "+considering these factors the sentence is plausible",
    "-considering these points the sentence is unlikely to be plausible",
    "+given the context of sports particularly basketball this sentence is plausible",
    "+considering these points the sentence is likely true", "+considering these elements the sentence is plausible",
    "-i would say it s unlikely", "-it seems unlikely", "+given this analysis the sentence is plausible",
    "+considering these points the sentence is the plausible", "-the sentence is not entirely possible",
    "-the sentence is not entirely accurate", "-the sentence is not entirely plausible", "+the answer is plausible",
    "-modification of answer not possible", "+i would say that the sentence is generally plausible",
    "+given these points the sentence is plausible", "+considering these points the sentence seems to be a plausible",
    "+the sentence appears to be a plausible", "-=not plausible",
    "+~considering these points the sentence (.+?) is grammatically correct and makes sense",
    "+~considering these points the sentence (.+?) is plausible",
    "-~considering these points the sentence (.+?) is unlikely",
    "+~based on this analysis the sentence (.+?) is plausible",
    "+~considering these points the sentence (.+?) seems to be a possible",
    "+~based on these steps the sentence (.+?) is plausible",
    "+~based on this analysis the sentence (.+?) seems plausible",
    "+~considering these points the sentence (.+?) appears to be plausible",
    "+~considering these points the sentence (.+?) seems plausible", "-~the sentence (.+?) is not very plausible",
    "+~considering these points (.+?) is a plausible sentence",
    "+~given this information the sentence (.+?) is plausible", "+~given the context the sentence (.+?) is plausible",
    "+~the sentence (.+?) is flexible and realistic",
    "-~considering these points the sentence (.+?) is not a plausible statement",
    "+~the sentence (.+?) is not plausible", "-^no", "+^yes", "+^the following sentence is plausible", "-$no", "+$yes",
)  # fmt: skip

_HYPERBATON = (
    "-=a", "-=b", "the answer is (@)", "the correct adjective order is option (@)",
    "the correct grammatical order is @", "the correct sentence is option (@)",
    "the sentence with the correct adjectives is @", "correct adjective order options is @",
    "the correct answer is (@)", "the correct option is (@)",
    "the correct order of adjectives in the sentence is option @", "the correct sentence would be option (@)",
    "the correct sentence is (@)", "the proper adjective order is @", "the correct adjective order is (@)",
    "correct adjective order is @", "the adjectives in option @ are in the correct order",
    "the right adjective order is @)", "the correct adjectivs is (@)", "the right adjective order is (@)",
    "correct adjectival order is @", "the proper adjective order is (@)", "the correct sentence order is @",
    "option @ correctly follows the standard adjective order", "the answer directly is @",
    "the correct order would be option @", "final answer should be @", "final answer @",
    "option (@) uses the correct adjective sequence", "the correct option is option @",
    "the answer is without any modification @", "the correct one is option @", "answer is without any modification @",
    "the answer is without any modification option @", "answer is @", "the answer is [@]",
    "option @ follows the correct adjective order", "the correct order of adjectives is @",
    "option (@) is the correct answer", "the correct order is @", "the correct object order is @",
    "the correct answer order is @", "the final answer without any modification is @", "the correct sentence is @",
    "correct adjective order option is @", "correct adjective order is sentence @",
    "correct objective order option is @", "the answer is is @", "the correct adjective order is option @",
    "the correct adjective order is provided in option @", "option @ is more accurate", "answer is option @",
    "option @ has the adjectives in the correct order", "option @ is closer to being correct",
    "the most logical order is option @", "in option @ the adjectives are in the correct order",
    "sentence @ is the closest to the correct adjective order", "option @ has the correct order",
    "sentence @ has a more logical", "the closest correct order is option @",
    "sentence @ has the correct adjective order", "option @ is the closest to the typical order",
    "the correct answer would be option @", "the correct option is @", "option @ has a better adjective order",
    "option @ has the correct adjective order", "option @ seems to follow the typical order",
    "the correct order is found in option @", "-the correct adjective order is in the first option",
    "+the correct adjective order is in the second option", "the correct adverb order would be @",
    "the correct answer would be the @", "the correct adjective order is in option @",
    "the correct adjective order is in sentence @", "the adjectives are in the correct order for @",
    "the answer is [option @]", "option (@) has a correct adjective order", "the correct sentence would be @",
    "option @ follows the correct sequence of adjectives", "option @ would be closer to the correct order",
    "the correct sentence with the adjective order is @", "option @ is more grammatically correct",
    "option @ would be more correct", "+option a is incorrect and option b is correct", "option @ is the closest match",
    "+option b follows the typical order of adjectives", "the correct sentence with the adjective order is option @",
    "the correct sentence is option @", "the correct objective order is in option @", "the answer is option (@)",
    "the correct option would be (@)", "the correct order is in option @",
    "the correct adjective order is found in option @", "option (@) follows the typical order of adjectives",
    "option (@) has the correct adjective order", "option (@) follows the general adjective order",
    "option (@) would be more grammatically correct", "option @ is the correct", "option @ has the correct word order",
    "option @ follows the correct order", "-following the typical order is the first option",
    "+following the typical order is the second option", "option @ has a slightly better chance of being correct",
    "the answer is sentence @", "the final answer is (@)", "~sentence @ (.+?) seems to have a more logical",
    "~the correct adjective order is (.+?) option @", "^@ ", "^@)",
)  # fmt: skip


_PHRASES = {
    "sports_understanding": (*_YES_NO, *_SPORTS),
    "hyperbaton": _HYPERBATON,
    "navigate": (*_YES_NO, *_NAVIGATE),
    "web_of_lies": (*_YES_NO, *_WEB_OF_LIES),
}
TASKS = tuple(_PHRASES)
_ROLES = str.maketrans(dict.fromkeys(':"-,.：', " "))


def task(name: str) -> str | None:
    """The task that an item's id names, in the order in which the script looks; None for none."""
    return next((one for one in TASKS if one in name), None)


def second(reply: str, task: str) -> bool | None:
    """Whether the reply says yes (or the second of two sentences); None where no phrase of ``task`` fits."""
    text = normalised(reply)
    return next((value for fits, value in _tests(task) if fits(text)), None)


def normalised(reply: str) -> str:
    """The reply in lower case, without a speaker's mark and most punctuation, with single blanks."""
    text = reply.lower()
    if text.endswith("<|user|>"):
        text = text[:-8].strip()
    text = unmarked(text).replace("<|turn_end|>", "").replace("**", " ").translate(_ROLES)
    return " ".join(text.split())


@cache
def _tests(task: str) -> tuple[tuple[Callable[[str], object], bool], ...]:
    return tuple((_test(phrase), value) for written in _PHRASES[task] for phrase, value in _expanded(written))


def _expanded(written: str) -> Iterator[tuple[str, bool]]:
    if written[0] in "+-":
        yield written[1:], written[0] == "+"
    else:
        yield written.replace("@", "a"), False
        yield written.replace("@", "b"), True


def _test(phrase: str) -> Callable[[str], object]:
    mark, rest = phrase[0], phrase[1:]
    if mark == "=":
        return lambda text: text == rest
    if mark == "^":
        return lambda text: text.startswith(rest)
    if mark == "$":
        return lambda text: text.endswith(rest)
    if mark == "~":
        return re.compile(rest).search
    return lambda text: phrase in text
