"""Whether a reply declines to answer or says that it hears nothing, and by which words.

An answer that is given all the same is no abstention: "I cannot hear any audio, but I would say B". Neither is silence
that is a part of what is heard ("at first there is silence, then a bell"), nor what a reply quotes ("the speaker says:
'I am sorry'"). The words are in ``cues``: ``declines`` and the weaker ``hesitates``.
"""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.cue import roles
from audiotest.score.answer_extraction.lexicon import languages, lexicon
from audiotest.score.answer_extraction.mention import Mention
from audiotest.score.answer_extraction.normalise import clean, fold
from audiotest.score.answer_extraction.reply import ParsedReply
from audiotest.score.answer_extraction.stretch import Stretch

_LONGEST = 20_000
_QUOTED = re.compile(
    r"(?<!\w)\"[^\"\n]{2,300}\"|(?<!\w)'(?:[^'\n]|'(?=\w)){2,300}'(?!\w)|「[^」]{1,200}」|『[^』]{1,200}』"
)
_APOLOGY = re.compile(
    r"\s*(?:(?:for|about) (?:the|any|my|that|this)|suggesting|indicating|resembling|like|else|other|unusual|specific|that (?:suggests|indicates|sounds))\b"
)
"""``I'm sorry for the confusion`` and ``I don't hear anything suggesting rain`` decline nothing."""
_NOTHING = re.compile(r"\W*(?:silence|nothing|no sound|no audio|unknown|n/?a)\W*")
_NOTHING_WORDS = frozenset({"silence", "nothing", "no", "unknown", "n", "na"})

_ABSTAINING = re.compile(
    r"(?:none|neither|nothing)(?: of (?:the|these|those))?(?: (?:above|options?|choices?|them|others?))?|"
    r"(?:can ?not|can't|cannot) (?:be )?(?:tell|determined?|say|answer(?:ed)?|judged?|know|hear)\b.*|"
    r"(?:not|insufficient|not enough|no) (?:enough )?(?:information|sure|applicable|possible to \w+|idea)\b.*|"
    r"unknown|unclear|undetermined|i (?:do not|don't) know|don't know|unanswerable|"
    r"(?:there is )?(?:no|not any) (?:sound|audio|sounds)\b.*|silence|nothing (?:is|can be) heard|it is silent|"
    r"以上都不是|都不是|无法(?:确定|判断).*|没有声音|不知道|ninguna de las anteriores|aucune de ces reponses|keine der genannten"
)

_REJECTS = re.compile(
    r"\b(?:none|neither) of (?:the|these|those|them)\b(?! (?:sounds?|instruments?|voices?|notes?)\b)|"
    r"\b(?:no|not an?|isn't an?) (?:correct|right|suitable|valid|appropriate|matching|applicable) (?:answer|option|choice)s?\b|"
    r"\bno (?:option|choice|answer)s? (?:is|are|fits?|match(?:es)?|appl(?:y|ies)|here)\b|"
    r"\b(?:answer|option|choice|question|instrument|sound)s? (?:is|are|do|does)(?: not|n't) (?:\w+ ){0,3}"
    r"(?:listed|included|offered|given|present|among|relate|related|relevant|match|fit|correspond|apply|applicable|answerable)\b|"
    r"\b(?:irrelevant|unrelated) to the (?:audio|clip|recording|sound|question|music)\b|"
    r"\b(?:not (?:among|in|one of) the (?:options|choices|list)|unanswerable|以上都不是|都不是)"
)


def rejects(output: str) -> bool:
    """Whether ``output`` says that no option is right, or that the question does not fit what is heard.

    For replies from which no option could be read: that a text also *chooses* is for the caller to know.
    """
    return _REJECTS.search(fold(clean(output))[:20_000]) is not None


def abstains(output: str) -> str | None:
    """The words by which ``output`` declines or says that it hears nothing; None if it does not.

    Only these words are looked at; whether an answer is given beside them is for the caller to know. An
    empty reply declines nothing: it is None.
    """
    text = fold(clean(output))[:_LONGEST]
    match = _declining(_unquoted(text), Stretch(text, lexicon(languages(text))))
    return match.group(0) if match else None


def declines(reply: ParsedReply, index: int | None) -> str | None:
    """The words by which ``reply`` declines though the option ``index`` was read from it; None where the reading holds.

    A reading holds where a label or words of answering give it, where it comes before those words, where they only
    hesitate, and where the reply goes on to answer all the same ("however, it can be inferred that").
    """
    own = [m for m in reply.affirmed if m.index == index]
    if any(m.given or m.kind != "text" for m in own):
        return None
    if not _may_decline(reply.stretch):
        return None
    text = _unquoted(reply.folded[:_LONGEST])
    for mention in own:
        if mention.end - mention.start > _PHRASE:
            text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    match = _declining(text, reply.stretch)
    while match and (_says_no(reply, index, text, match) or _denies_another(reply, index, text, match)):
        text = text[: match.start()] + " " * len(match.group(0)) + text[match.end() :]
        match = _declining(text, reply.stretch)
    if match is None:
        return None
    return None if index is not None and _stands(reply, own, match) else match.group(0)


def _says_no(reply: ParsedReply, index: int | None, text: str, match: re.Match[str]) -> bool:
    """``いいえ、犬の声は聞こえません``: what is not heard is the answer no, unless it is the recording itself."""
    if reply.options.polar is None or index != reply.options.polar[1]:
        return False
    if not reply.lex.pattern(_UNHEARD).match(text, match.start()):
        return False
    begins = _ENDS.split(text[: match.start()])[-1]
    around = begins + _ENDS.split(text[match.start() :])[0]
    return not reply.lex.pattern(_NOTHING_HEARD).search(around)


def _denies_another(reply: ParsedReply, index: int | None, text: str, match: re.Match[str]) -> bool:
    """``没有听到钢琴,是小提琴``: what is not heard is another option."""
    if index is None or not reply.lex.pattern(_UNHEARD).match(text, match.start()):
        return False
    near = (m for m in reply.mentions if m.denied and m.start < match.end() + _NEAR and m.end > match.start() - _NEAR)
    return any(m.index != index for m in near)


_NEAR = 6
"""Characters between words of not hearing and the option that is not heard."""
_ENDS = re.compile(r"[.!?。！？\n]")


_PHRASE = 20
"""Characters of an option that may hold words of declining itself ("I am sorry, there is no such extension")."""


def _stands(reply: ParsedReply, own: list[Mention], match: re.Match[str]) -> bool:
    hesitant = match.re is reply.lex.pattern(_HESITATES)
    goes_on = reply.finder(_ANSWERS_ALL_THE_SAME)
    if not own:
        return goes_on.search(reply.folded, match.end()) is not None
    if any(m.given or m.kind != "text" or m.start < match.start() for m in own):
        return True
    kept = [m for m in own if not m.aside]
    if not kept:
        return False
    if goes_on.search(reply.folded, match.end(), kept[-1].start):
        return True
    return hesitant and not re.search(r"\b(?:if|whether|that it is|which)\b", reply.before(kept[0])[-60:])


_DECLINES, _HESITATES = roles("declines"), roles("hesitates")
_SILENT, _PASSING = roles("silent_words"), roles("passing")
_UNHEARD, _NOTHING_HEARD = roles("unheard"), roles("nothing_heard")
_ANSWERS_ALL_THE_SAME = roles("answering", "hedges_answer")


def _may_decline(stretch: Stretch) -> bool:
    """Whether the words of declining are in a text at all."""
    return stretch.has(_DECLINES, _HESITATES) or not stretch.words.isdisjoint(_NOTHING_WORDS)


def _declining(text: str, stretch: Stretch) -> re.Match[str] | None:
    """The first words of declining, or else of hesitation, that are not of a sound's own silence; ``stretch`` holds the
    text before anything was left out of it."""
    lex = stretch.lex
    if match := _NOTHING.fullmatch(text):
        return match
    for match in stretch.finder(_DECLINES).finditer(text):
        if not _APOLOGY.match(text, match.end()):
            return match
    for match in stretch.finder(_HESITATES).finditer(text):
        silent = lex.pattern(_SILENT).search(match.group(0))
        around = (
            re.split(r"[.!?\n]", text[: match.start()])[-1][-40:]
            + "|"
            + re.split(r"[.!?\n]", text[match.end() :])[0][:40]
        )
        if not (silent and lex.pattern(_PASSING).search(around)):
            return match
    return None


def _unquoted(text: str) -> str:
    """Without what is quoted; as long as before."""
    return _QUOTED.sub(lambda m: " " * len(m.group(0)), text) if '"' in text or "'" in text or "「" in text else text


def is_abstaining_option(text: str) -> bool:
    """Whether an option stands for not answering: none of the above, cannot be determined, silence..."""
    return _ABSTAINING.fullmatch(fold(clean(text)).strip(" .!'\"()")) is not None
