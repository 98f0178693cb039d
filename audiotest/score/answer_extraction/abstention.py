"""Whether a reply declines to answer or says that it hears nothing, and by which words.

An answer that is given all the same is no abstention: "I cannot hear any audio, but I would say B".
"""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.normalise import clean, fold

_HEAR = r"(?:hear|listen(?:\ to)?|access|process|play|perceive|analy[sz]e|detect|receive|open|find)"
_SOUND = r"(?:audio|sound|sounds|recording|clip|music|speech|file|anything|voice|noise|attachment|it)"

_DECLINES = re.compile(
    rf"""(?:
      \b(?:i|we)\ (?:am|'m|was|are)?\s*(?:really\ |still\ |currently\ )?(?:sorry|afraid)\b.{{0,60}}?\b(?:can't|cannot|can\ not|unable|not\ able|don't|do\ not|no\ )
    | \b(?:i'm|i\ am)\ sorry\b
    | \b(?:cannot|can't|can\ not|couldn't|could\ not|unable\ to|not\ able\ to|don't|do\ not|didn't|did\ not)\ (?:actually\ |directly\ |really\ )?{_HEAR}\ (?:to\ )?(?:the\ |any\ |an?\ |this\ |that\ |your\ |to\ )*{_SOUND}
    | \b(?:cannot|can't|can\ not|couldn't|could\ not|unable\ to|not\ able\ to|impossible\ to|not\ possible\ to|no\ way\ to|hard\ to|difficult\ to)\ (?:be\ )?(?:answer|tell|determine[d]?|say|identify|assess|judge|know|decide|provide|help|choose|conclude|respond|infer)
    | \b(?:i\ )?(?:hear|heard|detect|perceive)\ (?:absolutely\ )?(?:nothing|silence|only\ silence|only\ noise|just\ noise|no\ (?:audio|sound|music|speech))
    | \b(?:there\ is|there's|there\ was|there\ seems\ to\ be|it\ is|it's|seems|appears)\ (?:to\ be\ )?(?:completely\ |only\ |just\ |entirely\ |nothing\ but\ )*(?:no\ (?:audio|sound|audible|recording|music\ playing|clip)|silent\b|silence\b|nothing\ (?:to\ hear|audible))
    | \bno\ (?:audio|sound|recording|clip|audio\ file|audio\ clip|sound\ file)\ (?:file\ |clip\ )?(?:was|is|has|were|provided|given|attached|found|available|present|detected|included|can)
    | \b(?:audio|recording|clip|sound|file)\ (?:file\ |clip\ )?(?:is|was|seems|appears|has\ been)\ (?:to\ be\ )?(?:silent|empty|missing|blank|not\ (?:provided|available|attached|included|present|given|audible|playing))
    | \b(?:audio|recording|clip|file)\ contains\ (?:only\ |just\ )?(?:nothing|silence|no\ (?:audio|sound)|noise\ only|only\ noise|static)
    | \b(?:only|just|nothing\ but)\ (?:white\ |static\ |background\ )?(?:noise|static|silence)\b
    | \bi\ (?:don't|do\ not)\ know\b | \bnot\ sure\b | \bno\ idea\b | \bi\ have\ no\ way\b
    | \b(?:insufficient|not\ enough)\ (?:information|audio|evidence|context|detail)
    | \bwithout\ (?:the\ |any\ |hearing\ |access\ to\ )+(?:the\ )?(?:audio|sound|recording|clip)
    | \bplease\ (?:provide|upload|attach|share|send)\b
    | \bas\ an?\ (?:ai|artificial|large|text|language)\b.{{0,60}}?\b(?:cannot|can't|unable|don't|do\ not|not\ able|no\ ability)
    | \b(?:cannot|can't)\ be\ (?:determined|answered|identified|told|inferred)
    | 无法(?:确定|判断|回答|听到|识别|获取|访问|播放|得知|分辨|辨别|提供) | 不能(?:确定|判断|回答|听到|识别) | 听不到 | 听不清 | 没有(?:听到|音频|声音|提供) | 我不知道 | 不清楚 | 抱歉 | 对不起 | 没听到 | 未提供
    | \bno\ (?:puedo|se\ puede|es\ posible|escucho|oigo|he\ podido)\b | \blo\ siento\b | \bno\ hay\ (?:audio|sonido)
    | \bje\ ne\ (?:peux|sais|suis|parviens|puis)\b | \bn'entends\b | \bdesole\b | \bimpossible\ de\b | \baucun\ (?:son|audio)\b
    | \bich\ (?:kann|hore|weiss|bin)\b.{{0,60}}?\b(?:nicht|nichts|kein\w*)\b | \btut\ mir\ leid\b | \bkein(?:e|en)?\ (?:audio|ton|gerausch\w*)\b
    | \bnao\ (?:consigo|posso|ouco|sei|e\ possivel|ha)\b | \bdesculpe\b
    | \bnon\ (?:posso|riesco|sento|so|e\ possibile|c'e)\b | \bmi\ dispiace\b
    | 聞こえませ | 聞き取れ | 聞こえない | わかりません | 分かりません | 判断できませ | 答えられませ | 申し訳 | 音声がありません
    | 들리지 | 들을\ 수\ 없 | 알\ 수\ 없 | 죄송 | 모르겠
    | ^\W*(?:silence|nothing|no\ sound|no\ audio|unknown|n/?a)\W*$
    )""",
    re.VERBOSE | re.DOTALL,
)

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
    text = fold(clean(output))[:20_000]
    match = _DECLINES.search(text)
    return match.group(0) if match else None


def is_abstaining_option(text: str) -> bool:
    """Whether an option stands for not answering: none of the above, cannot be determined, silence..."""
    return _ABSTAINING.fullmatch(fold(clean(text)).strip(" .!'\"()")) is not None
