"""The words of language that the parser goes by: read from ``cues/LANGUAGE.yaml``, compiled when first needed.

A file maps a role (``denies``, ``concludes``...) to phrases. Their notation is small, so that a speaker of the language
can correct them: ``(a|b)`` alternatives, ``[a]`` optional, ``{role}`` the phrases of another role, ``word*`` any ending,
``_`` any word, ``~30`` up to thirty characters. Examples that stand beside a role's phrases are tests of it.

Only the languages that a reply is written in take part, so that "so" and "was" of a German reply are no English ones:
:func:`languages` goes by script and by function words; a reply too short to tell takes them all.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from audiotest.score.answer_extraction.normalise import fold

_SCRIPTS = {
    "han": "\u3400-\u9fff",
    "kana": "\u3040-\u30ff",
    "hangul": "\uac00-\ud7af",
    "arabic": "\u0600-\u06ff",
    "cyrillic": "\u0400-\u04ff",
}
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_SAMPLE = 3000
"""Characters by which the language of a reply is told."""
_TELLING = 2
"""Function words that it takes to tell a language in Latin letters."""


@cache
def sources() -> dict[str, dict[str, Any]]:
    """What the files hold, by language: all of it text, since YAML would take ``no`` for false."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    folder = files("audiotest.score.answer_extraction") / "cues"
    found = [yaml.load(f.read_text(encoding="utf-8"), Loader=loader) for f in folder.iterdir() if f.name.endswith(".yaml")]  # noqa: S506
    return {source["language"]: source for source in sorted(found, key=lambda s: str(s["language"]))}


def phrases(language: str, role: str) -> list[str]:
    """The phrases of a role, folded; none where the language does not have it."""
    value = sources()[language].get(role, [])
    return [fold(phrase) for phrase in (value["phrases"] if isinstance(value, dict) and "phrases" in value else value)]


@cache
def _markers() -> dict[str, tuple[str, ...]]:
    """The languages that a function word belongs to."""
    by_word: dict[str, tuple[str, ...]] = {}
    for language in sources():
        for word in phrases(language, "markers"):
            by_word[word] = (*by_word.get(word, ()), language)
    return by_word


@cache
def _scripts() -> tuple[dict[str, str], frozenset[str]]:
    """(script -> its language, the languages in Latin letters)."""
    written = {str(source["script"]): language for language, source in sources().items() if "script" in source}
    return written, frozenset(set(sources()) - set(written.values()))


@cache
def _script_search() -> dict[str, re.Pattern[str]]:
    return {script: re.compile(f"[{chars}]") for script, chars in _SCRIPTS.items()}


def languages(folded: str) -> frozenset[str]:
    """The languages whose words count in a folded text."""
    sample = folded[:_SAMPLE]
    written, latin = _scripts()
    active: set[str] = set()
    if not sample.isascii():
        active = {written[script] for script, search in _script_search().items() if search.search(sample)}
        if "zh" in active and "ja" not in active:
            active.add("ja")  # "犬" may be either
    votes: Counter[str] = Counter()
    by_word = _markers()
    for word in _WORD.findall(sample):
        for language in by_word.get(word, ()):
            votes[language] += 1
    best = max(votes.values(), default=0)
    if best < _TELLING:
        return frozenset(active | (latin if not active else {"en"}))
    return frozenset(active | {language for language, n in votes.items() if 2 * n > best})


class Lexicon:
    """The roles of some languages taken together, as patterns; see :func:`lexicon`."""

    def __init__(self, spoken: frozenset[str]) -> None:
        self.languages = sorted(spoken)
        self._sources: dict[str, str] = {}

    def source(self, role: str) -> str:
        """The pattern of a role as text: a group without a name, one that matches nothing if there are no phrases."""
        if role not in self._sources:
            parts = [compile_phrase(phrase, lang) for lang in self.languages for phrase in phrases(lang, role)]
            parts = sorted(dict.fromkeys(parts), key=len, reverse=True)
            self._sources[role] = f"(?:{'|'.join(parts)})" if parts else "(?!)"
        return self._sources[role]

    @cache  # noqa: B019 - lexicons are few and live as long as the program
    def search(self, *roles: str) -> re.Pattern[str]:
        """Finds any of the roles anywhere."""
        return re.compile("|".join(self.source(role) for role in roles))

    @cache  # noqa: B019
    def compiled(self, template: str, flags: int = 0) -> re.Pattern[str]:
        """A pattern in which ``<role>`` stands for the role."""
        return re.compile(re.sub(r"<(\w+)>", lambda m: self.source(m.group(1)), template), flags)

    def words(self, role: str) -> frozenset[str]:
        """The plain words of a role."""
        return frozenset(word for language in self.languages for word in phrases(language, role))

    def table(self, role: str) -> dict[str, str]:
        """A role that maps words to values."""
        merged: dict[str, str] = {}
        for language in self.languages:
            merged |= {fold(word): value for word, value in sources()[language].get(role, {}).items()}
        return merged

    @cached_property
    def everyday(self) -> frozenset[str]:
        """Words that are too common to name an option wherever they stand."""
        return self.words("everyday")


@cache
def lexicon(spoken: frozenset[str]) -> Lexicon:
    """The lexicon of these languages, compiled once."""
    return Lexicon(spoken)


@cache
def all_languages() -> Lexicon:
    """The lexicon of every language, for replies that are a word or two."""
    return lexicon(frozenset(sources()))


def compile_phrase(phrase: str, language: str) -> str:
    """The regular expression of a phrase, with the edges of words where the script has such."""
    body, end = _sequence(phrase, 0, language)
    if end != len(phrase):
        raise ValueError(f"{phrase!r} of {language}.yaml has a bracket that closes nothing, at character {end + 1}")
    latin = "script" not in sources()[language] or sources()[language]["script"] in ("cyrillic", "arabic")
    before = r"(?<![^\W_])" if latin and not phrase.startswith(("n't", "'")) and not _opens_n_t(phrase) else ""
    after = r"(?![^\W_])" if latin and not phrase.endswith("*") else ""
    return f"{before}(?:{body}){after}"


def _opens_n_t(phrase: str) -> bool:
    return phrase.startswith('(') and "n't" in phrase.split(")")[0].split("|")


def _sequence(phrase: str, i: int, language: str, closing: str = "") -> tuple[str, int]:
    """The alternatives from place ``i`` up to the bracket ``closing`` or the end."""
    out = ""
    while i < len(phrase) and phrase[i] not in (")", "]"):
        char = phrase[i]
        if char == "(":
            inner, i = _sequence(phrase, i + 1, language, ")")
            out += f"(?:{inner})"
            i += 1
        elif char == "[":
            inner, i = _sequence(phrase, i + 1, language, "]")
            i += 1
            if phrase[i : i + 1] == " ":
                out += rf"(?:(?:{inner})\s+)?"
                i += 1
            else:
                out += rf"(?:{inner})?"
        elif char == "{":
            end = phrase.index("}", i)
            names = [compile_phrase(p, language) for p in phrases(language, phrase[i + 1 : end])]
            out += f"(?:{'|'.join(names)})"
            i = end + 1
        elif char == "~":
            digits = re.match(r"\d+", phrase[i + 1 :])
            out += f".{{0,{digits.group(0) if digits else 60}}}?"
            i += 1 + (len(digits.group(0)) if digits else 0)
        elif char == "|":
            out, i = out + "|", i + 1
        elif char == "*":
            out, i = out + r"\w*", i + 1
        elif char == "_":
            out, i = out + r"[\w'-]+", i + 1
        elif char == " ":
            i += 1
            out += r"\s+" if phrase[i : i + 1] != "[" or not _all_optional(phrase, i) else r"(?:\s+|(?=\W|$))"
        else:
            out, i = out + re.escape(char), i + 1
    if closing and phrase[i : i + 1] != closing:
        raise ValueError(f"{phrase!r} of {language}.yaml lacks a {closing!r}")
    return out, i


def _all_optional(phrase: str, i: int) -> bool:
    """Whether nothing but options follows, so that the space before them is optional too."""
    return re.fullmatch(r"(?:\[[^\[\]]*\]\s?)+\s*", phrase[i:]) is not None or (
        re.fullmatch(r"(?:\[[^\[\]]*\]\s?)+\|.*", phrase[i:]) is not None
    )
