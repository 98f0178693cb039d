"""The words of language that the parser goes by: read from ``cues/LANGUAGE.yaml``, compiled when first needed.

A file maps a role (``denies``, ``concludes``...) to phrases in a small notation (:mod:`.phrases`), so that a speaker of
the language can correct them. Examples beside a role's phrases are tests of it.

Only the languages that a reply is written in take part, so that "so" and "was" of a German reply are no English ones:
:func:`languages` goes by script and by function words; a reply too short to decide takes them all.
"""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache, partial
from importlib.resources import files
from typing import Any

from audiotest.score.answer_extraction.cue import Cue, Sought
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.phrases import emit, essential, openings, parse

_SCRIPTS = {
    "han": "\u3400-\u9fff",
    "kana": "\u3040-\u30ff",
    "hangul": "\uac00-\ud7af",
    "arabic": "\u0600-\u06ff",
    "cyrillic": "\u0400-\u04ff",
    "devanagari": "\u0900-\u097f",
    "thai": "\u0e00-\u0e7f",
}
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_SAMPLE = 3000
"""Characters by which the language of a reply is identified."""
_TELLING = 2
"""Function words that it takes to identify a language in Latin letters."""


@cache
def sources() -> dict[str, dict[str, Any]]:
    """What the files hold, by language: all of it text, since YAML would take ``no`` for false."""
    import yaml

    folder = files("audiotest.score.answer_extraction") / "cues"
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # knows no tags, so it builds nothing but text
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".yaml")]
    cues = [yaml.load(text, Loader=loader) for text in texts]  # noqa: S506
    return {source["language"]: source for source in sorted(cues, key=lambda s: str(s["language"]))}


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


@lru_cache(maxsize=64)
def languages(folded: str) -> frozenset[str]:
    """The languages whose words count in a folded text."""
    sample = folded[:_SAMPLE]
    written, latin = _scripts()
    active: set[str] = set()
    if not sample.isascii():
        active = {written[script] for script, search in _script_search().items() if search.search(sample)}
        if "zh" in active and "ja" not in active:
            active.add("ja")  # "犬" may be either
    votes: dict[str, int] = {}
    by_word = _markers()
    for word in _WORD.findall(sample):
        if word in by_word:
            for language in by_word[word]:
                votes[language] = votes.get(language, 0) + 1
    best = max(votes.values(), default=0)
    if best < _TELLING:
        return frozenset(active | (latin if not active else {"en"}))
    return frozenset(active | {language for language, n in votes.items() if 2 * n > best})


class Lexicon:
    """The roles of some languages taken together, as patterns; see :func:`lexicon`."""

    def __init__(self, spoken: frozenset[str]) -> None:
        self.languages = sorted(spoken)
        self.sought: dict[Cue, Sought] = {}
        self.bits: dict[str, int] = {}
        """The cues of which a word makes one match possible."""
        self.pieces: dict[str, int] = {}
        """The same of letters that may stand within words."""
        self.anywhere = self.beyond_ascii = 0
        """The cues that may be in any text, and in any that is not ASCII."""
        self._sources: dict[tuple[str, bool], str] = {}
        self._compiled: dict[tuple[str, bool], re.Pattern[str]] = {}

    def seek(self, cue: Cue) -> Sought:
        """Note which words make a cue possible."""
        bit = 1 << len(self.sought)
        known = [_essential(language, role) for language in self.languages for role in cue.needs]
        words = cue.also.union(*(words for words in known if words))
        for word in words - {_BEYOND_ASCII}:
            table, key = (self.pieces, word[:-1]) if word.endswith("*") else (self.bits, word)
            table[key] = table.get(key, 0) | bit
        for piece in cue.pieces:
            self.pieces[piece] = self.pieces.get(piece, 0) | bit
        if cue.beyond_ascii or _BEYOND_ASCII in words:
            self.beyond_ascii |= bit
        if any(own is None for own in known):
            self.anywhere |= bit
        compiled = partial(self.compiled, cue.template, backwards=cue.backwards)
        sought = self.sought[cue] = Sought(compiled, bit, self._openings(cue) if cue.starts else None)
        return sought

    def _openings(self, cue: Cue) -> frozenset[str] | None:
        known = [_openings(language, role) for language in self.languages for role in cue.needs]
        words = cue.also.union(cue.pieces, *(words for words in known if words))
        return None if any(own is None for own in known) else words

    def pattern(self, cue: Cue) -> re.Pattern[str]:
        """The pattern of a cue, for texts whose words are not known."""
        return (self.sought.get(cue) or self.seek(cue)).pattern

    def source(self, role: str, *, backwards: bool = False) -> str:
        """The pattern of a role as text: a group without a name, one that matches nothing if there are no phrases."""
        if (role, backwards) not in self._sources:
            parts = [part for language in self.languages for part in _alternatives(language, role, backwards)]
            self._sources[role, backwards] = _joined(parts)
        return self._sources[role, backwards]

    def compiled(self, template: str, *, backwards: bool = False) -> re.Pattern[str]:
        """A pattern in which ``<role>`` stands for the role, matched against reversed text if ``backwards``."""
        pattern = self._compiled.get((template, backwards))
        if pattern is None:
            text = _ROLE.sub(lambda m: self.source(m.group(1), backwards=backwards), template)
            pattern = self._compiled[template, backwards] = re.compile(text)
        return pattern

    def words(self, role: str) -> frozenset[str]:
        """The plain words of a role."""
        return frozenset(word for language in self.languages for word in phrases(language, role))

    def table(self, role: str) -> dict[str, str]:
        """A role that maps words to values."""
        merged: dict[str, str] = {}
        for language in sorted(self.languages, key=lambda name: name == "en"):  # "once" is eleven in Spanish
            merged |= {fold(word): value for word, value in sources()[language].get(role, {}).items()}
        return merged

    @cached_property
    def ordinals(self) -> dict[str, str]:
        """Words for places, with the place; -1 is the last."""
        return self.table("ordinals")

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Words for numbers, with the number."""
        return self.table("numbers")

    @cached_property
    def everyday(self) -> frozenset[str]:
        """Words that are too common to name an option wherever they are."""
        return self.words("everyday")


@cache
def lexicon(spoken: frozenset[str]) -> Lexicon:
    """The lexicon of these languages, compiled once."""
    return Lexicon(spoken)


@cache
def all_languages() -> Lexicon:
    """The lexicon of every language, for replies that are a word or two."""
    return lexicon(frozenset(sources()))


_ROLE = re.compile(r"<(\w+)>")
_NO_EDGES = frozenset({"zh", "ja", "ko", "th", "hi"})
_BEYOND_ASCII = "\u3040"
"""Stands for any word of a script without edges of words: a cue of such a language may be in any text that is not ASCII."""


@cache
def _essential(language: str, role: str) -> frozenset[str] | None:
    """Words of which each match of a role holds one; None where a match may hold none."""
    common = frozenset((*phrases(language, "markers"), *phrases(language, "frequent")))
    words: set[str] = set()
    for phrase in phrases(language, role):
        if language in _NO_EDGES:
            if phrase.isascii():
                return None
            words.add(_BEYOND_ASCII)
            continue
        own = essential(parse(phrase), lambda name: _essential(language, name), common)
        if own is None:
            return None
        words |= own
    return frozenset(words)


@cache
def _alternatives(language: str, role: str, backwards: bool) -> list[tuple[str, str, str]]:
    """The phrases of a role in one language as patterns."""
    return [_bounded(phrase, language, backwards) for phrase in phrases(language, role)]


def _bounded(phrase: str, language: str, backwards: bool) -> tuple[str, str, str]:
    """(edge, pattern, edge) of a phrase: the edges of words where the script has such."""

    def role(name: str) -> str:
        return _joined(_alternatives(language, name, backwards))

    body = emit(parse(phrase), role, backwards=backwards)
    if language in _NO_EDGES:
        return "", body, ""
    begins = "" if phrase.startswith("'") else r"(?<![^\W_])"
    ends = "" if phrase.endswith("*") else r"(?![^\W_])"
    if backwards:
        return ("" if not ends else r"(?<![^\W_])"), body, ("" if not begins else r"(?![^\W_])")
    return begins, body, ends


def _joined(parts: list[tuple[str, str, str]]) -> str:
    """Alternatives as one group, those with the same edges together, longer ones first."""
    by_edges: dict[tuple[str, str], list[str]] = {}
    for begins, body, ends in parts:
        by_edges.setdefault((begins, ends), []).append(body)
    groups = [
        f"{begins}(?:{'|'.join(sorted(dict.fromkeys(bodies), key=len, reverse=True))}){ends}"
        for (begins, ends), bodies in by_edges.items()
    ]
    return f"(?:{'|'.join(groups)})" if groups else "(?!)"


@cache
def _openings(language: str, role: str) -> frozenset[str] | None:
    """The words with which the matches of a role in ASCII begin; None where they are not known."""
    if language in _NO_EDGES:
        return frozenset() if not any(phrase.isascii() for phrase in phrases(language, role)) else None
    words: set[str] = set()
    for phrase in phrases(language, role):
        own = openings(parse(phrase), lambda name: _openings(language, name))
        if own is None:
            return None
        words |= own
    return frozenset(words)
