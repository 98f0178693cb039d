"""How a transcript is normalised before it is compared: rules that the field shares, in the libraries that keep them.

===================  =================================================================================================
``whisper_english``  OpenAI Whisper's English rules (Radford et al. 2022, arXiv 2212.04356, appendix C), from
                     whisper-normalizer: lower case, no punctuation, fillers (uh, um) and brackets dropped, contractions
                     written out, spelled-out numbers as figures, British spellings as American ones
``whisper_basic``    Whisper's rules for other languages: lower case, no punctuation or symbols, brackets dropped
``whisper_letters``  the same, each letter a unit of its own: for Japanese, Thai, Lao, Burmese and Khmer, which are
                     written without spaces (as in that paper)
``chinese``          simplified characters (OpenCC, ``t2s``), lower case, full-width forms as half-width ones (NFKC),
                     brackets, punctuation and symbols dropped; each Chinese character is a unit, and so is a word in
                     Latin letters. Numbers stay as they are written
``none``             nothing but white space
``auto``             by the case's ``language``; where it names none by the reference: ``chinese`` for Chinese
                     characters, ``whisper_letters`` for Japanese ones, and otherwise ``whisper_basic``, which takes no
                     language for granted
===================  =================================================================================================

The language is that of the case: the value ``language`` (or ``lang``, ``locale``) of its ``facts`` or its tags, as a
code (``en``, ``en-GB``, ``zh_CN``, ``yue``) or an English name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.metadata import version

from msgspec import Struct

from audiotest.types import Question

NAMES = ("auto", "whisper_english", "whisper_basic", "whisper_letters", "chinese", "none")
_CHINESE = frozenset({"zh", "cmn", "yue", "wuu", "nan", "chinese", "mandarin", "cantonese"})
_LETTERS = frozenset({"ja", "th", "lo", "my", "km", "japanese", "thai", "lao", "burmese", "khmer"})
_INSTALL = {"OpenCC": "'audiotest[speech]'", "whisper-normalizer": "whisper-normalizer"}
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_BRACKETS = re.compile(r"[<\[【][^>\]】]*[>\]】]|[(（][^)）]*[)）]")


class Normaliser(Struct, frozen=True):
    """``normalise`` makes of a text words with one space between them. ``spaces``: whether these are part of the text,
    or only stand between letters. ``label``: name, package and version, as records have it."""

    label: str
    normalise: Callable[[str], str]
    spaces: bool = True

    def words(self, text: str) -> list[str]:
        """The units that a word error rate counts."""
        return self.normalise(text).split()

    def characters(self, text: str) -> str:
        """The units that a character error rate counts: code points, with one space between words where the script has
        spaces."""
        return (" " if self.spaces else "").join(self.words(text))


def named(name: str, question: Question, references: Sequence[str]) -> Normaliser:
    """The normaliser ``name`` for a case. Raises ValueError for a name that is none, and for a package that is
    missing."""
    check(name)
    return _built(_of_case(question, references) if name == "auto" else name)


def check(name: object) -> None:
    """Raise ValueError for a name that is none."""
    if name not in NAMES:
        raise ValueError(f"unknown `normaliser` {name!r}: expected one of {', '.join(NAMES)}")


def language_of(question: Question) -> str:
    """The language that the case names, as the first part of a code or a name, in lower case; "" for none."""
    tags = question.metadata.get("tags")
    for places in (question.metadata, tags if isinstance(tags, dict) else {}):
        for key in ("language", "lang", "locale"):
            value = places.get(key)
            value = value[0] if isinstance(value, list | tuple) and value else value
            if isinstance(value, str) and value.strip():
                return re.split(r"[-_ (]", value.strip().lower())[0]
    return ""


def _of_case(question: Question, references: Sequence[str]) -> str:
    language = language_of(question)
    if language in ("en", "eng", "english"):
        return "whisper_english"
    if language in _CHINESE:
        return "chinese"
    if language in _LETTERS:
        return "whisper_letters"
    text = "" if language else "".join(references)
    if _KANA.search(text):
        return "whisper_letters"
    return "chinese" if _HAN.search(text) else "whisper_basic"


@cache
def _built(name: str) -> Normaliser:
    if name == "none":
        return Normaliser("none", lambda text: " ".join(text.split()))
    package = "OpenCC" if name == "chinese" else "whisper-normalizer"
    try:
        rule = _chinese() if name == "chinese" else _whisper(name)
    except ImportError:
        raise ValueError(
            f"the normaliser `{name}` needs {package}, which is not installed: pip install {_INSTALL[package]}"
        ) from None
    rule = lru_cache(maxsize=1024)(rule)  # a reference is compared under every condition, by `wer` and by `cer`
    return Normaliser(f"{name} ({package} {version(package)})", rule, name in ("whisper_english", "whisper_basic"))


def _whisper(name: str) -> Callable[[str], str]:
    rule: Callable[[str], str]
    if name == "whisper_english":
        from whisper_normalizer.english import EnglishTextNormalizer

        rule = EnglishTextNormalizer()
    else:
        from whisper_normalizer.basic import BasicTextNormalizer

        rule = BasicTextNormalizer(split_letters=name == "whisper_letters")
    return rule


def _chinese() -> Callable[[str], str]:
    from opencc import OpenCC

    simplified = OpenCC("t2s").convert

    def normalise(text: str) -> str:
        text = simplified(unicodedata.normalize("NFKC", _BRACKETS.sub(" ", text))).lower()
        text = "".join(" " if unicodedata.category(sign)[0] in "MSPZC" else sign for sign in text)
        return " ".join(_HAN.sub(r" \g<0> ", text).split())

    return normalise
