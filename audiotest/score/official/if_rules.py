"""The 27 rules of MMAU-Pro's instruction-following part, by their ``task_identifier``.

Conventions
    A rule is a function of (reply, kwargs, prompt) that returns what it found and whether the rule is kept.
    ``kwargs`` is the release's own, taken unchanged: where the script would raise (a number stored as text
    and compared by size, a keyword list instead of text, kwargs that are no mapping), so does the rule. What
    ``kwargs`` lacks has the script's default: 0 for N and N1, 999 for N2, empty for text.

Source
    ``evaluate_aif_sample`` in ``evaluate_mmau_pro_comprehensive.py`` of sonalkum/MMAUPro, commit 960e93a.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from audiotest.score.official import if_counts as counts
from audiotest.score.official import sentences


class Finding(NamedTuple):
    """``kept``: whether the reply follows the instruction; ``seen``: the figure or text that decided."""

    kept: bool
    seen: Any


Rule = Callable[[str, Any, str], Finding]
Count = Callable[[str], int]


def apply(identifier: object, reply: str, kwargs: Any, prompt: str) -> Finding | None:
    """The finding of the rule ``identifier``; None for an identifier that there is no rule for.

    ``kwargs`` that are empty or None stand for no arguments. Raises what the script would raise:
    AttributeError, TypeError or ValueError.
    """
    rule = RULES.get(identifier) if isinstance(identifier, str) else None
    return rule(reply, kwargs or {}, prompt) if rule else None


def _include_keywords(reply: str, kwargs: Any, prompt: str) -> Finding:
    contained = _contained(reply, kwargs.get("keywords", ""))
    return Finding(all(contained.values()), [word for word, there in contained.items() if there])


def _forbidden_words(reply: str, kwargs: Any, prompt: str) -> Finding:
    contained = _contained(reply, kwargs.get("forbidden_words", ""))
    return Finding(not any(contained.values()), [word for word, there in contained.items() if there])


def _contained(reply: str, listed: Any) -> dict[str, bool]:
    lowered = reply.lower()
    return {word: word.lower() in lowered for word in listed.split(", ")}


def _keyword_frequency(reply: str, kwargs: Any, prompt: str) -> Finding:
    occurrences = counts.occurrences(reply, kwargs.get("keyword", ""))
    return Finding(bool(occurrences == kwargs.get("N", 0)), occurrences)


def _multiple_sections(reply: str, kwargs: Any, prompt: str) -> Finding:
    asked = kwargs.get("N", 0)
    sections = counts.sections(reply, kwargs.get("section_splitter", ""))
    return Finding(bool(sections == asked), sections)


def _postscript(reply: str, kwargs: Any, prompt: str) -> Finding:
    marker = counts.phrase(kwargs.get("postscript_marker", ""), spaces=False)
    return Finding(marker in counts.phrase(reply, spaces=False), marker)


def _start(reply: str, kwargs: Any, prompt: str) -> Finding:
    phrase = counts.phrase(kwargs.get("start_phrase", ""))
    return Finding(counts.phrase(reply).startswith(phrase), phrase)


def _end(reply: str, kwargs: Any, prompt: str) -> Finding:
    phrase = counts.phrase(kwargs.get("end_phrase", ""))
    return Finding(counts.phrase(reply).endswith(phrase), phrase)


def _repeat_prompt(reply: str, kwargs: Any, prompt: str) -> Finding:
    return Finding(reply.strip().lower().startswith(prompt.strip().lower()), None)


def _two_responses(reply: str, kwargs: Any, prompt: str) -> Finding:
    parts = [part.lower().strip() for part in reply.split("******")]
    return Finding(len(parts) == 2 and parts[0] != parts[1], len(parts))


def _quotation(reply: str, kwargs: Any, prompt: str) -> Finding:
    bare = reply.strip()
    return Finding(bare.startswith('"') and bare.endswith('"'), None)


def _is(holds: Callable[[str], bool]) -> Rule:
    return lambda reply, kwargs, prompt: Finding(holds(reply), None)


def _exactly(count: Count) -> Rule:
    def rule(reply: str, kwargs: Any, prompt: str) -> Finding:
        number = count(reply)
        return Finding(bool(number == kwargs.get("N", 0)), number)

    return rule


def _at_least(count: Count) -> Rule:
    def rule(reply: str, kwargs: Any, prompt: str) -> Finding:
        number = count(reply)
        return Finding(bool(number >= kwargs.get("N", 0)), number)

    return rule


def _at_most(count: Count) -> Rule:
    def rule(reply: str, kwargs: Any, prompt: str) -> Finding:
        number = count(reply)
        return Finding(bool(number <= kwargs.get("N", 0)), number)

    return rule


def _within(count: Count) -> Rule:
    def rule(reply: str, kwargs: Any, prompt: str) -> Finding:
        number = count(reply)
        return Finding(bool(kwargs.get("N1", 0) <= number <= kwargs.get("N2", 999)), number)

    return rule


def _sentences(reply: str) -> int:
    return sentences.count(reply)[0]


RULES: Mapping[str, Rule] = {
    "Include Keywords": _include_keywords,
    "Keyword Frequency": _keyword_frequency,
    "Forbidden Words": _forbidden_words,
    "Number Paragraphs": _exactly(counts.paragraphs),
    "Number Words (at least)": _at_least(counts.words),
    "Number Words (at most)": _at_most(counts.words),
    "Number Words (range)": _within(counts.words),
    "Number Sentences (at least)": _at_least(_sentences),
    "Number Sentences (at most)": _at_most(_sentences),
    "Number Sentences (range)": _within(_sentences),
    "Postscript": _postscript,
    "Number Placeholder": _at_least(counts.placeholders),
    "Number Bullets": _exactly(counts.bullets),
    "Title": _is(counts.has_title),
    "Minimum Number Highlighted Section": _at_least(counts.highlights),
    "Multiple Sections": _multiple_sections,
    "Repeat Prompt": _repeat_prompt,
    "Two Responses": _two_responses,
    "All Uppercase": _is(str.isupper),
    "All Lowercase": _is(str.islower),
    "All-capital Words (at least)": _at_least(counts.capital_words),
    "All-capital Words (at most)": _at_most(counts.capital_words),
    "All-capital Words (range)": _within(counts.capital_words),
    "Start Checker": _start,
    "End Checker": _end,
    "Quotation": _quotation,
    "No Commas": _is(lambda reply: "," not in reply),
}
"""By ``task_identifier``, in the script's spelling and order."""
