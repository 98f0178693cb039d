"""Replies that are nothing but an option, in any format: the form that prompts ask for."""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.cue import Cue
from audiotest.score.answer_extraction.lexicon import all_languages
from audiotest.score.answer_extraction.negation import DENIED_BEFORE
from audiotest.score.answer_extraction.normalise import fold, tokens
from audiotest.score.answer_extraction.options import Options, bare

_LEAD = Cue(
    r"\W*(?:(?:<concludes>|ok|okay|sure|yes|well)[,:!.，]?\s+)?"
    r"(?:(?:(?:the|my)\s+)?<answer_leads>|<believes>|(?:the |my )?<answer_noun>|(?:it is|it's|this is|that is|that's|here it is|i think|i believe)(?=\s)|(?:正确)?(?:答案|选项)|选择?)"
    r"\s*(?:(?:is|[:=]|-+>|=>|-)\s*)*(?:<option_noun>\s*[:#]?\s*)*"
)
"""Words that lead to an answer and add nothing to it."""
_LABEL = re.compile(r"""^[("'\[{<*\s]*([a-z]|\d{1,2})[)"'\]}>*]*\s*(?:[).:,、\-]+\s*)?(.*)$""", re.DOTALL)
_STOPWORDS = frozenset(
    "a an the of in on at to is are and or it its with by for from as be this that you she her his him has had was not but all any can who how why our out off too now one i he we they them there than then yes".split()  # noqa: SIM905
)


def whole(text: str, options: Options) -> tuple[int, str] | None:
    """(the option that ``text`` (cleaned, not empty) is as a whole, the rule that says so), or None."""
    if len(text) > 4 * options.longest + 120:
        return None
    folded = fold(text)
    if folded in options.label_of and len(options.exact.get(folded, ())) != 1:
        return options.label_of[folded], "label"
    plain = [i for i, option in enumerate(options.texts) if option == text]
    if len(plain) == 1 and folded not in options.label_of:
        return plain[0], "text"
    result = _after_lead(text, folded, options, led=False)
    if result is None and len(folded) > 2 and (start := lead_end(folded)):
        result = _after_lead(text[start:], folded[start:], options, led=True)
    return result


def lead_end(folded: str) -> int:
    """Where the words end that lead to an answer ("so the correct answer is"); 0 if there are none."""
    lead = all_languages().pattern(_LEAD).match(folded)
    return lead.end() if lead else 0


def _after_lead(text: str, folded: str, options: Options, *, led: bool) -> tuple[int, str] | None:
    match = _LABEL.match(folded)
    if match:
        index = _labelled(text, match, options)
        if index is not None:
            return index, "label" if not match.group(2).strip(" .!") else "label_and_text"
    words = tokens(folded)
    index = _by_text(text, folded, words, options)
    if index is not None:
        return index, "text"
    index = _by_half(folded, words, options) if not led else None
    return None if index is None else (index, "half")


def _labelled(text: str, match: re.Match[str], options: Options) -> int | None:
    """A label alone, or with its own text behind it."""
    name, rest = match.group(1), match.group(2)
    index = options.label_of.get(name)
    if index is None and name.isdigit() and not options.numeric and 1 <= int(name) <= len(options.labels):
        index = int(name) - 1
    if index is None:
        return None
    after = bare(rest) if rest.strip() else ""
    if _ACCIDENTAL.match(rest):
        return None  # a note
    if not after or not _WORD.search(after):
        letter = text[match.start(1)]
        # A lone "a" or "i" is a label where there is nothing else; "3" may be an option's own text.
        return index if not letter.isdigit() or not options.exact.get(name) else options.exact[name][0]
    if options.exact.get(after) == (index,) or after == options.folded[index]:
        # "a flute" is an article and a text, "A. flute" a label and a text
        both = options.exact.get(bare(text), ())
        return index if not both else None
    return None


def _by_text(text: str, folded: str, words: tuple[str, ...], options: Options) -> int | None:
    exact = options.exact.get(bare(folded), ())
    if len(exact) == 1:
        return exact[0]
    if len(exact) > 1:
        same = [i for i in exact if options.texts[i].strip(" .") == text.strip(" .")]
        return same[0] if len(same) == 1 else None
    joined = "".join(words)
    if not joined or len(joined) > options.longest + _ARTICLES:
        return None
    same = [i for i, own in enumerate(options.tokens) if own == words]
    if not same:
        if _ARTICLE.match(folded):
            joined = "".join(words[1:])
        same = [i for i, own in enumerate(options.tokens) if len(joined) > 2 and joined in _joined(own)]
    if len(same) == 1 and not _SIGN.search(folded + options.folded[same[0]]):
        return same[0]
    return None


_ARTICLE_WORDS = ("a", "an", "the")
_ARTICLE, _ARTICLES = re.compile(r"(?:an?|the) "), len("the")
_SIGN, _WORD, _ACCIDENTAL = re.compile(r"[%#+]"), re.compile(r"\w"), re.compile(r"\s*[#♯♭]")


def _joined(own: tuple[str, ...]) -> tuple[str, str]:
    """An option's words as one, with and without the article: "hairdryer" for "a hair dryer"."""
    return "".join(own), "".join(own[1:] if own and own[0] in _ARTICLE_WORDS else own)


def by_half(folded: str, options: Options) -> int | None:
    """A run of words that makes up at least half of one option, has a word of substance and is in no other option."""
    return _by_half(folded, tokens(folded), options)


def _by_half(folded: str, words: tuple[str, ...], options: Options) -> int | None:
    index = _owner(words, options)
    if index is None or all_languages().pattern(DENIED_BEFORE).match(" " + folded[::-1]):
        return None
    own = options.tokens[index]
    return index if 2 * len(words) >= len(own) - (own[0] in _ARTICLE_WORDS) else None


def part(folded: str, options: Options) -> int | None:
    """The one option that has these words in a run, at least one of substance among them."""
    return _owner(tokens(folded), options)


def _owner(words: tuple[str, ...], options: Options) -> int | None:
    if (
        not words
        or len(words) > options.most_words
        or not any((len(w) > 2 and w not in _STOPWORDS) or w.isdigit() for w in words)
    ):
        return None
    owners = [
        i
        for i, own in enumerate(options.tokens)
        if any(own[j : j + len(words)] == words for j in range(len(own) - len(words) + 1))
    ]
    return owners[0] if len(owners) == 1 else None
