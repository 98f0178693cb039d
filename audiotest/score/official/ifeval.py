"""IFEval's rules on the form of a reply, by their ids, as Speech-IFEval applies them (strictly).

Conventions
    A rule is a function of (reply, kwargs) that says whether the reply follows it. ``kwargs`` are the release's own;
    one that is missing raises KeyError. ``relation`` is ``less than``; anything else is *at least*.

Source
    Zhou et al., "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911, as changed in
    ``instruction_following_eval/instructions.py`` of kehanlu/Speech-IFEval, commit e2e9c14. There, unlike in the
    original: bullets are lines that begin with ``-``, ``•``, a digit or a single ``*``; paragraphs are divided by
    ``***`` or by line breaks; quotation marks before a repeated prompt do not count; all-capital and lower-case
    replies may be in any language.

Left out
    ``language:response_language``, whose detector draws random numbers; no item of Speech-IFEval has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from audiotest.score.official import sentences

Rule = Callable[[str, Mapping[str, Any]], bool]


def _compared(count: int, bound: Any, relation: Any) -> bool:
    return bool(count < bound if relation == "less than" else count >= bound)


def _keywords(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return all(re.search(word, reply, re.IGNORECASE) for word in kwargs["keywords"])


def _frequency(reply: str, kwargs: Mapping[str, Any]) -> bool:
    count = len(re.findall(kwargs["keyword"], reply, re.IGNORECASE))
    return _compared(count, kwargs["frequency"], kwargs.get("relation"))


def _forbidden(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return not any(re.search(rf"\b{word}\b", reply, re.IGNORECASE) for word in kwargs["forbidden_words"])


def _letters(reply: str, kwargs: Mapping[str, Any]) -> bool:
    count = reply.lower().count(kwargs["letter"].lower())
    return _compared(count, kwargs["let_frequency"], kwargs.get("let_relation"))


def _sentences(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return _compared(sentences.count(reply)[0], kwargs["num_sentences"], kwargs.get("relation"))


def _paragraphs(reply: str, kwargs: Mapping[str, Any]) -> bool:
    parts = [part.strip() for part in re.split(r"\s*\*\*\*\s*|\n{1,}", reply.strip())]
    return all(parts[1:-1]) and sum(map(bool, parts)) == kwargs["num_paragraphs"]


def _words(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return _compared(len(re.findall(r"\w+", reply)), kwargs["num_words"], kwargs.get("relation"))


def _first_word(reply: str, kwargs: Mapping[str, Any]) -> bool:
    parts = reply.split("\n\n")
    count, nth = sum(bool(part.strip()) for part in parts), kwargs["nth_paragraph"]
    paragraph = parts[nth - 1].strip() if nth <= count else ""
    if not paragraph:
        return False
    word = paragraph.split()[0].lstrip("'").lstrip('"')
    first = "".join(takewhile(lambda letter: letter not in ".,?!'\"", word)).lower()
    return bool(count == kwargs["num_paragraphs"] and first == kwargs["first_word"].lower())


def _placeholders(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return bool(len(re.findall(r"\[.*?\]", reply)) >= kwargs["num_placeholders"])


def _postscript(reply: str, kwargs: Mapping[str, Any]) -> bool:
    marker = kwargs["postscript_marker"].strip()
    patterns = {"P.P.S": r"p\.\s?p\.\s?s.*$", "P.S.": r"p\.\s?s\..*$"}
    return bool(re.search(patterns.get(marker, marker.lower() + ".*$"), reply.lower(), re.MULTILINE))


_BULLETS = tuple(
    re.compile(rf"^\s*{mark}.*$", re.MULTILINE) for mark in (r"\*[^\*]", "-", "•", r"\d")
)  # each on its own: `\s*` may begin on an empty line before


def _bullets(reply: str, kwargs: Mapping[str, Any]) -> bool:
    text = reply.replace("\\n", "\n")
    return bool(sum(len(bullet.findall(text)) for bullet in _BULLETS) == kwargs["num_bullets"])


def _constrained(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return any(f"My answer is {word}." in reply for word in ("yes", "no", "maybe"))


def _highlights(reply: str, kwargs: Mapping[str, Any]) -> bool:
    single = [text for text in re.findall(r"\*[^\n\*]*\*", reply) if text.strip("*").strip()]
    double = [text for text in re.findall(r"\*\*[^\n\*]*\*\*", reply) if text[2:-2].strip()]
    return bool(len(single) + len(double) >= kwargs["num_highlights"])


def _sections(reply: str, kwargs: Mapping[str, Any]) -> bool:
    parts = re.split(rf"\s?{kwargs['section_spliter'].strip()}\s?\d+\s?", reply)
    return bool(len(parts) - 1 >= kwargs["num_sections"])


def _json(reply: str, kwargs: Mapping[str, Any]) -> bool:
    text = reply.strip()
    for fence in ("```json", "```Json", "```JSON", "```"):
        text = text.removeprefix(fence)
    try:
        json.loads(text.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def _title(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return any(title.lstrip("<").rstrip(">").strip() for title in re.findall(r"<<[^\n]+>>", reply))


def _two(reply: str, kwargs: Mapping[str, Any]) -> bool:
    parts = [part.strip() for part in reply.split("******")]
    own = [part for part in parts if part]
    return all(parts[1:-1]) and len(own) == 2 and own[0] != own[1]


def _repeated(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return reply.strip().lower().strip("\"'").startswith(kwargs["prompt_to_repeat"].strip().lower())


def _end(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return reply.strip().strip('"').lower().endswith(kwargs["end_phrase"].strip().lower())


def _quotation(reply: str, kwargs: Mapping[str, Any]) -> bool:
    text = reply.strip()
    return len(text) > 1 and text[0] == text[-1] == '"'


def _capital_words(reply: str, kwargs: Mapping[str, Any]) -> bool:
    from nltk.tokenize import NLTKWordTokenizer

    count = sum(word.isupper() for word in NLTKWordTokenizer().tokenize(reply))
    return _compared(count, kwargs["capital_frequency"], kwargs.get("capital_relation"))


RULES: Mapping[str, Rule] = {
    "keywords:existence": _keywords,
    "keywords:frequency": _frequency,
    "keywords:forbidden_words": _forbidden,
    "keywords:letter_frequency": _letters,
    "length_constraints:number_sentences": _sentences,
    "length_constraints:number_paragraphs": _paragraphs,
    "length_constraints:number_words": _words,
    "length_constraints:nth_paragraph_first_word": _first_word,
    "detectable_content:number_placeholders": _placeholders,
    "detectable_content:postscript": _postscript,
    "detectable_format:number_bullet_lists": _bullets,
    "detectable_format:constrained_response": _constrained,
    "detectable_format:number_highlighted_sections": _highlights,
    "detectable_format:multiple_sections": _sections,
    "detectable_format:json_format": _json,
    "detectable_format:title": _title,
    "combination:two_responses": _two,
    "combination:repeat_prompt": _repeated,
    "startend:end_checker": _end,
    "startend:quotation": _quotation,
    "change_case:capital_word_frequency": _capital_words,
    "change_case:english_capital": lambda reply, kwargs: reply.isupper(),
    "change_case:english_lowercase": lambda reply, kwargs: reply.islower(),
    "punctuation:no_comma": lambda reply, kwargs: "," not in reply,
}
"""By the ids of ``instruction_id_list``."""


def _divided(reply: str, kwargs: Mapping[str, Any]) -> bool:
    parts = [part.strip() for part in re.split(r"\s?\*\*\*\s?", reply)]
    count = len(parts) - (not parts[0]) - (len(parts) > 1 and not parts[-1])
    return all(parts[1:-1]) and bool(count == kwargs["num_paragraphs"])


def _marked(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return bool(sum(len(bullet.findall(reply)) for bullet in _BULLETS[:2]) == kwargs["num_bullets"])


def _begun(reply: str, kwargs: Mapping[str, Any]) -> bool:
    return reply.strip().lower().startswith(kwargs["prompt_to_repeat"].strip().lower())


ORIGINAL: Mapping[str, Rule] = {
    **RULES,
    "length_constraints:number_paragraphs": _divided,
    "detectable_format:number_bullet_lists": _marked,
    "combination:repeat_prompt": _begun,
}
"""As Google's original has them, which VoiceBench applies: bullets are ``*`` and ``-``, ``***`` alone divides
paragraphs, a repeated prompt has no quotation marks before it. Left out is its detector of languages, for which a reply
in capital (or lower-case) letters has to be English: any language will do here."""


def followed(identifier: str, reply: str, kwargs: Mapping[str, Any], rules: Mapping[str, Rule] = RULES) -> bool:
    """Whether ``reply`` follows one instruction: never where it is empty. Raises KeyError for an unknown id or a
    missing argument, and whatever a rule raises of arguments of another type."""
    rule = rules[identifier]
    return bool(reply.strip()) and rule(reply, kwargs)
