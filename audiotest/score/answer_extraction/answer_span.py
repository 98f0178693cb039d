"""Which part of a reply is the answer.

Thinking is cut away (``<think>...</think>`` and the marks of other model families, and one that is never closed), a
tagged answer is taken out of its tag (``<answer>B</answer>``, ``\\boxed{B}``, ``[[B]]``, ``{"answer": "B"}``), a
reply that runs on into a question of its own ends there, and of a very long reply only the end is read: that is where
answers are."""

from __future__ import annotations

import re

from msgspec import Struct

from audiotest.score.answer_extraction.normalise import clean

LONGEST = 20_000
"""Characters that are read; of a longer reply, its end."""

_NAMES = r"(?:\w{1,12}:)?(?:\w{1,12}_)?(?:think|thinking|thought|thoughts|reasoning|analysis|reflection|scratchpad|cot|chain_of_thought|rationale|inner_monologue|plan|caption|summary)"
_THINKING = re.compile(
    rf"""<\s*/\s*{_NAMES}\s*> | \[\s*/\s*{_NAMES}\s*\] | ◁\s*/\s*{_NAMES}\s*▷ | \{{\s*/\s*{_NAMES}\s*\}}
    | <\|\s*/\s*{_NAMES}\s*\|> | <\|?(?:end_of_|end_)(?:think|thinking|thought|reasoning)\|?> | <\|?(?:think|thinking|thought|reasoning)_end\|?>
    | <unused95> | \.\.\.done\ thinking\. | \bassistant\ ?final\b:?
    | <\|channel\|>\s*final\s*(?:<\|message\|>)? | <\|start\|>\s*assistant\s*<\|channel\|>\s*final\s*<\|message\|>""",
    re.IGNORECASE | re.VERBOSE,
)
_OPENING = re.compile(
    rf"""<\s*{_NAMES}\s*> | \[\s*{_NAMES}\s*\] | ◁\s*{_NAMES}\s*▷ | \{{\s*{_NAMES}\s*\}} | <\|\s*{_NAMES}\s*\|>
    | <\|?(?:begin_of_|begin_|start_of_)(?:think|thinking|thought|reasoning)\|?> | <unused94> | <\|?(?:think|thinking|thought|reasoning)_start\|?>
    | <\|channel\|>\s*(?:analysis|commentary)""",
    re.IGNORECASE | re.VERBOSE,
)
_MAY_THINK = re.compile(r"[<\[{]|done thinking|assistant ?final", re.IGNORECASE)
"""One of these is in any ASCII text that holds a mark of thinking."""
_ANSWER_KEY = r"(?:final[_ ]?|correct[_ ]?|selected[_ ]?|my[_ ]?|predicted[_ ]?|best[_ ]?)?(?:answer|choice|option|prediction|response|label|selection|letter)(?:[_ ]?(?:letter|choice|option|text|id|key))?"
_TAGGED = (
    re.compile(r"<(?:final_?answer|answer|response|choice|option|ans|output|result|conclusion)>\s*(.*?)\s*(?:</|$)", re.IGNORECASE | re.DOTALL),
    re.compile(r"\[(?:final_?answer|answer|ans)\]\s*(.*?)\s*\[/", re.IGNORECASE | re.DOTALL),
    re.compile(r"\[\[\s*([^\[\]]+?)\s*\]\]"),
    re.compile(rf"""["']{_ANSWER_KEY}["']\s*:\s*(?:\[\s*)?(?:"([^"]*)"|'([^']*)'|([\w.]+))""", re.IGNORECASE),
    re.compile(r"""^\s*+(?:```(?:json)?\s*+)?\{\s*+["'][\w -]{3,30}["']\s*+:\s*+["']?(\d+(?:\.\d+)?)["']?\s*+\}?\s*+(?:```\s*+)?$"""),
    re.compile(r"<\|?(?:begin_of_)?answer\|?>\s*(.*?)\s*(?:<\||$)", re.IGNORECASE | re.DOTALL),
)  # fmt: skip
_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_IN_BOX = re.compile(r"\\(?:text(?:bf|rm|it|sf)?|mathrm|mathbf|mathit|rm|bf)\s*\{([^{}]*)\}|\\[ ,;!]|[{}$]")
_FORMULA = re.compile(r"\\[a-zA-Z]+|[+=^]|\\\\")
_ROLES = r"(?:next |new |follow-?up |another )?(?:question|q|user|human|instruction|input|problem|example|问题|题目|問題|질문|pregunta|frage|question|вопрос|سؤال)"
_RUN_ON = re.compile(
    rf"""\n[ \t]*+[#*>\- \t]{{0,6}}(?:{_ROLES})(?:\s*\d{{0,3}}\s*(?:\*\*)?\s*[:：](?!\S*//)|\s\d{{1,3}}\s*\n)
    | <\|?/?(?:user|human|im_end|im_start|endoftext|end_of_text|eot_id|start_header_id|eos|end_of_turn|start_of_turn|end|system|endofturn|return|eom_id)\b[^>\n]{{0,20}}\|?>
    | </s> | <s>(?=\s*\[INST) | \[/?INST\] | \n[ \t]*+\#\#\#[ \t]*(?:user|human|instruction|input)\b | \n[ \t]*+\#\s*\#\s*\#\s*question""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADS = 4
"""How many beginnings of a reply that runs on are tried."""
_PAIRED = re.compile(r"<\s*([A-Za-z][\w-]{0,20})\s*>([^<>]{0,2000}?)<\s*/\s*\1\s*>")
_MARKUP = re.compile(
    r"</?(?:b|i|u|p|s|br|em|strong|code|pre|ul|ol|li|div|span|h[1-6]|sub|sup|eos|bos|pad|unk|audio|sound|speech|music|start|end|answer|final_answer|response|choice|option|ans|output|result|text|assistant)\s*/?>(?!\w)|<\|[^|<>\n]{1,40}\|>|</[a-zA-Z_]{2,20}>",
    re.IGNORECASE,
)
_LETTER_TAG = re.compile(r"<(/?)([biupBIUP])>")
_DOUBLE = re.compile(r"<<\s*+([^<>]{1,200}?)\s*+>>")
_NAMED = re.compile(r"<([A-Za-z][\w '-]{1,60})>")


class Span(Struct, frozen=True):
    """What of a reply is to be read: ``text`` cleaned, ``tagged`` where it came out of an answer tag; ``rest`` is what
    follows the tag, ``boxed`` says that the tag is a box, which may hold a formula."""

    text: str
    tagged: bool = False
    boxed: bool = False
    rest: str = ""


def answer_spans(output: str, *, cut: bool = False) -> list[Span]:
    """The parts to read, the likeliest first; empty where there is only a thought that was cut.

    ``cut``: the reply was cut by the token limit, so a tag that is not closed holds no whole answer.
    """
    output = output[-4 * LONGEST :]
    if "\\box" not in output and not _SPECIAL.search(output):
        return [Span(text)] if (text := clean(output)[-LONGEST:]) else []
    output, thought_only = after_thinking(output)
    spans = [] if thought_only and not _any_tag(output) else _spans(output, cut)
    return [span for span in spans if span.text]


_SPECIAL = re.compile(r"""[<\[{◁\n]|["'][\w ]+["']\s*:|\.\.\.done thinking|assistant ?final""")


def _any_tag(output: str) -> bool:
    return any(pattern.search(output) for pattern in _TAGGED) or _BOX.search(output) is not None


def after_thinking(output: str) -> tuple[str, bool]:
    """(what follows the thinking, whether nothing but a thought that is not closed is left)."""
    if output.isascii() and not _MAY_THINK.search(output):
        return output, False
    closings = list(_THINKING.finditer(output))
    if closings and output[closings[-1].end() :].strip():
        output = output[closings[-1].end() :]
        closings = []
    opening = _OPENING.search(output)
    if opening is None:
        return output if not closings else _THINKING.sub(" ", output), False
    before = output[: opening.start()]
    if before.strip() and re.search(r"\w", before):
        return before, False  # the answer came first, and a thought follows that is never closed
    if closings:  # nothing but a thought, closed: what it comes to is all there is
        return _THINKING.sub(" ", _OPENING.sub(" ", output)), False
    return output, True


def _spans(output: str, cut: bool) -> list[Span]:
    spans: list[Span] = []
    heads = _heads(output)
    for head in heads:
        spans += _tagged(head, cut)
    return spans + [Span(_plain(_BOX.sub(_unboxed, head))) for head in heads]


def _heads(output: str) -> list[str]:
    """The reply up to where it runs on into another question or another speaker, shortest first, then all of it."""
    heads = []
    for match in _RUN_ON.finditer(output):
        head = output[: match.start()]
        if re.search(r"\w", _MARKUP.sub("", head)):
            heads.append(head)
            if len(heads) == _HEADS:
                break
    return [*heads, output] if not heads or not _is_markup_only(output[len(heads[-1]) :]) else heads


def _is_markup_only(rest: str) -> bool:
    return re.search(r"\w", _RUN_ON.sub("", rest)) is None


def _tagged(head: str, cut: bool) -> list[Span]:
    spans = []
    for pattern in _TAGGED:
        matches = list(pattern.finditer(head))
        kept = [(m, next((g for g in m.groups() if g is not None), "")) for m in matches]
        kept = [
            (m, text)
            for m, text in kept
            if text.strip() and not (cut and m.end() == len(head) and m.group(0)[-1:] not in "/|]}\"'")
        ]
        if kept:
            match, text = kept[-1]
            spans.append(Span(_plain(text), tagged=True, rest=_plain(head[match.end() :])))
            break
    boxes = list(_BOX.finditer(head))
    for match in reversed(boxes[-3:]):
        content = match.group(1)
        if content.strip() and not _FORMULA.search(_IN_BOX.sub(" ", content)):
            spans.append(
                Span(_plain(_IN_BOX.sub(r" \1", content)), tagged=True, boxed=True, rest=_plain(head[match.end() :]))
            )
    return spans


def _unboxed(match: re.Match[str]) -> str:
    """The content of a box where it is text; a formula names no option."""
    content = _IN_BOX.sub(r" \1", match.group(1))
    return " " if _FORMULA.search(content) else f" {content} "


def _plain(text: str) -> str:
    """Without markup: ``<C> B </C>`` is B, ``<subdominant>`` a word in brackets, ``<b>`` a tag where one is closed
    and an option's letter elsewhere."""
    if "<" in text:
        text = _DOUBLE.sub(r" \1 ", text)
        if "</" in text:
            text = _PAIRED.sub(_content, text)
            text = _LETTER_TAG.sub(" ", text)
        text = _MARKUP.sub(lambda m: m.group(0) if len(m.group(0)) == 3 else " ", text)
        text = _NAMED.sub(r" \1 ", text)
    return clean(text)[-LONGEST:]


def _content(match: re.Match[str]) -> str:
    return f" {match.group(2)} " if match.group(2).strip() else f" {match.group(1)} "
