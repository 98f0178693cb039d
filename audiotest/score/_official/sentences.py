"""Counting sentences as NLTK's English Punkt model does, with or without the model's data.

Goal
    MMAU-Pro's rules on the number of sentences call ``nltk.tokenize.sent_tokenize``, whose data (``punkt_tab``) the
    script downloads when it starts. A scorer must not, so there are two ways:

    ``punkt_tab``  the data are installed (``python -m nltk.downloader punkt_tab``): the same call, the same count.
    ``builtin``    they are not: NLTK's Punkt *algorithm* (Kiss and Strunk, "Unsupervised Multilingual Sentence
                   Boundary Detection", Computational Linguistics 32, 2006) with the small word lists below in place of
                   the trained model.

Where the two can differ
    Punkt breaks after every ``.``, ``?`` and ``!`` that white space follows; the model only matters at a word that ends
    in a period and is an abbreviation, an ellipsis, an initial or a number. There it asks three things that the lists
    below answer for common English words only: is the word an abbreviation; does the next word usually start
    sentences; is the next word, capitalised here, usually written lower-case. The lists leave out what the released
    model does not know either: ``e.g.``, ``i.e.``, ``etc.`` and ``al.`` end sentences, as they do in the script.

    Full stops of other scripts (``。``) never end a sentence, with or without the data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

Source = Literal["punkt_tab", "builtin"]

ABBREVIATIONS = frozenset(
    """
    mr mrs ms messrs dr prof st sr jr rep reps sen gen col lt maj adm
    inc corp co cos ltd bros vs dec jan feb sep sept oct nov aug tues wed fri ave yr
    ala ariz calif colo conn fla ga ill kan ky mich minn nev okla ore pa tenn va vt wash wis
    a.m p.m a.d u.s u.k u.n u.s.a u.s.s.r n.y n.j n.c n.d n.h n.m n.v d.c l.a ph.d m.b.a s.a w.va
    """.split()
)
"""Words whose period does not end a sentence by itself; without that period, lower-case."""

STARTERS = frozenset(
    """
    according although among both but despite even he however i if in indeed instead it many meanwhile moreover most
    nevertheless nonetheless nor separately similarly since so some the there these they this though thus under when
    while yet
    """.split()
)
"""Words that, capitalised after an abbreviation or an ellipsis, start a sentence."""

OPENERS = frozenset(
    """
    above accordingly afterwards always being between beyond either eventually finally furthermore happy hence her here
    initially into neither overall please quietly slowly someone something sometimes soon still such suddenly
    thank thanks therefore through throughout together tomorrow upon which within without yes yesterday your
    applause audio birds car conversation drums guitar instrument listen listening mood note piano rain
    rhythm scene silence songs sounds speech style train words
    """.split()
)
"""Further words that a capital marks as the first of a sentence: they are hardly ever capitalised within one."""

COMMON = frozenset(
    """
    a about after again all also an and another any are as at background be because before bell by can child children
    clearly could did do dog during each every everyone fast few first five for four from had has have his how
    instruments is its just last later let long loud may maybe more music must my never next no nobody not notes now
    often on once one only or other our people perhaps quickly quiet recording second several she should singer slow
    soft song sound speaker that their then third those three to today track two until usually vocal voice was we well
    what where who whose why will wind with woman would you
    """.split()
)
"""Words seen in lower case as well as capitalised within sentences: they keep "plan B. You" two sentences."""

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
    known.ortho_context = defaultdict(int, dict.fromkeys(OPENERS, _LOWER_CASE_WITHIN))
    known.ortho_context.update(dict.fromkeys(COMMON | STARTERS, _LOWER_CASE_WITHIN | _UPPER_CASE_WITHIN))
    tokenizer = PunktSentenceTokenizer()
    tokenizer._params = known
    return lambda text: list(tokenizer.tokenize(text))
