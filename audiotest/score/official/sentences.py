"""Counting sentences as NLTK's English Punkt model does, with or without the model's data.

Goal
    MMAU-Pro's rules on the number of sentences call ``nltk.tokenize.sent_tokenize``, whose data
    (``punkt_tab``) the script downloads when it starts. A scorer must not, so there are two ways:

    ``punkt_tab``  the data are installed (``python -m nltk.downloader punkt_tab``): the same call, the same
                   count.
    ``builtin``    they are not: NLTK's Punkt *algorithm* (Kiss and Strunk, "Unsupervised Multilingual
                   Sentence Boundary Detection", Computational Linguistics 32, 2006) with the small word lists
                   below in place of the trained model.

Where the two can differ
    Punkt breaks after every ``.``, ``?`` and ``!`` that white space follows; the model only matters at a word
    that ends in a period and is an abbreviation, an ellipsis or an initial. There it asks what the lists
    below answer for common English words only: is the word an abbreviation, and does the next word,
    capitalised here, start a sentence or is it a name. The lists leave out what the released model does not
    know either: ``e.g.``, ``i.e.``, ``etc.`` and ``al.`` end sentences, as they do in the script. Names after
    the initials A, B, I, J, O, Q, U, X, Y, Z are where the two differ most ("J. Haydn" is two sentences
    without the data).

    Full stops of other scripts (``。``) never end a sentence, with or without the data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

Source = Literal["punkt_tab", "builtin"]


def _words(paragraph: str) -> frozenset[str]:
    return frozenset(paragraph.split())


ABBREVIATIONS = _words(
    """
    mr mrs ms messrs dr prof st sr jr rep reps sen gen col lt maj adm
    inc corp co cos ltd bros vs dec jan feb sep sept oct nov aug tues wed fri ave yr
    ala ariz calif colo conn fla ga ill kan ky mich minn nev okla ore pa tenn va vt wash wis
    a.m p.m a.d u.s u.k u.n u.s.a u.s.s.r n.y n.j n.c n.d n.h n.m n.v d.c l.a ph.d m.b.a s.a s.c
    c d e f g h k l m n p r s t v w
    """
)
"""Words whose period does not end a sentence by itself; without that period, lower-case. The single letters
are those that the released model takes for abbreviations; the others are initials to it."""

STARTERS = _words(
    """
    according although among both but despite even he however i if in indeed instead it many meanwhile
    moreover most nevertheless nonetheless nor separately similarly since so some the there these they this
    though thus under when while yet
    """
)
"""Words that, capitalised after an abbreviation or an ellipsis, start a sentence."""

OPENERS = _words(
    """
    above accordingly afterwards always being between beyond either eventually finally furthermore happy hence
    her here initially into neither overall please quietly slowly someone sometimes soon still such suddenly
    thank thanks therefore through throughout together tomorrow upon which within without yes yesterday your
    applause audio birds car conversation drums guitar instrument listen listening loud mood note piano rain
    rhythm scene silence slow songs sounds speech style train words
    """
)
"""Further words that a capital marks as a sentence's first: they hardly ever have one within it."""

_LOWER_CASE_WITHIN, _UPPER_CASE_WITHIN = 1 << 5, 1 << 2
"""Bits of Punkt's orthographic context: how a word was seen written within a sentence."""


def count(text: str) -> tuple[int, Source]:
    """How many sentences ``text`` has, and by which way.

    >>> count("")[0], count("The rain stops. A dog barks! Who is there?")[0]
    (0, 3)
    """
    split, source = _splitter()
    return len(split(text)), source


@cache
def _splitter() -> tuple[Callable[[str], list[str]], Source]:
    from nltk.tokenize import sent_tokenize

    try:
        sent_tokenize("A sentence.")
    except LookupError:
        return _builtin(), "builtin"
    return sent_tokenize, "punkt_tab"


def _builtin() -> Callable[[str], list[str]]:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    known: Any = PunktParameters()
    known.abbrev_types = set(ABBREVIATIONS)
    known.sent_starters = set(STARTERS)
    # An unknown word is taken for a common one: "B. Rock" is two sentences, "J. S. Bach" is one.
    known.ortho_context = defaultdict(lambda: _LOWER_CASE_WITHIN | _UPPER_CASE_WITHIN)
    known.ortho_context.update(dict.fromkeys(OPENERS, _LOWER_CASE_WITHIN))
    known.ortho_context.update({f"{letter}.": 0 for letter in "bcdefghjklmnopqrstuvwxyz"})
    tokenizer = PunktSentenceTokenizer()
    tokenizer._params = known
    return lambda text: list(tokenizer.tokenize(text))
