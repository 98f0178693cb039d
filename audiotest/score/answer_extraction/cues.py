"""The words of language that the reader goes by, as data. Folded: lower case, no diacritics.

English first, then Chinese, and the stock phrases of Spanish, French, German, Italian, Portuguese, Japanese and
Korean. They are general words of answering, denying and declining, of no benchmark in particular.
"""

from __future__ import annotations

import re

_NOUN = r"(?:answer|choice|option|selection|response|solution|pick|letter)"
_IS = r"(?:is|was|are|would be|should be|must be|will be|has to be|seems to be|appears to be|being|be|[:=]|->|=>)"

ANSWER = re.compile(
    rf"""(?:
      (?:final|correct|right|best|suitable|appropriate|likely|my|accurate|true)\ {_NOUN}\s*(?:{_IS}\s*|\s){{0,2}}
    | {_NOUN}\s*{_IS}\s*(?:most\ likely\ |probably\ |clearly\ |therefore\ |indeed\ )?
    | {_NOUN}\s+(?=\(?[a-z0-9]\)?(?![a-z0-9]))
    | \bi(?:\ would|'d|\ will|'ll|\ am|'m)?\ (?:also\ |rather\ |have\ to\ |going\ to\ |definitely\ )?
      (?:choose|pick|select|go\ with|say|answer|lean\ towards?|lean\ to|opt\ for|settle\ on|vote\ for|go\ for|choosing|going\ with|picking)[ ]
    | (?:my|the)\ (?:guess|bet|verdict|conclusion)\ (?:is|would\ be)[ ]
    | (?:正确)?(?:答案|选项)\s*(?:应该|应|就|选择)?\s*(?:是|为|选)?\s*[:]?\s*
    | (?:应该|应当|应|我|故|所以|因此|最终)?选(?:择)?(?:的是|了)?\s*
    | (?:la\ )?respuesta(?:\ correcta)?\s*(?:es|[:])\s*(?:la\ )?(?:opcion\ )?
    | (?:la\ )?(?:bonne\ )?reponse(?:\ correcte)?\s*(?:est|[:])\s*(?:la\ )?(?:l'option\ )?
    | (?:die\ )?(?:richtige\ )?antwort\s*(?:ist|lautet|[:])\s*(?:option\ )?
    | (?:la\ )?risposta(?:\ corretta)?\s*(?:e|[:])\s*(?:la\ )?
    | (?:a\ )?resposta(?:\ correta)?\s*(?:e|[:])\s*(?:a\ )?(?:opcao\ )?
    | (?:答え|正解|解答)\s*[はわ:]?\s*
    | (?:정답|답)\s*[은는:]?\s*
    )["'(\[<]*\s*(?:option\ |choice\ |letter\ |number\ |the\ |a\ |an\ |选项\s*)*["'(\[<]*$""",
    re.VERBOSE,
)
"""What stands right before an option that is given as *the* answer; searched in the text up to the mention."""

ANSWER_AFTER = re.compile(
    r"""^["')\].]*\s*(?:is|was|would\ be|must\ be|has\ to\ be|seems)\s+(?:clearly\ |indeed\ |definitely\ |therefore\ )?(?:
      (?:the\ )?(?:correct|right|best|most\ (?:likely|suitable|appropriate|accurate|plausible))\ (?:answer|option|choice|match|fit)
    | the\ answer | (?:far\ |much\ )?(?:more|most)\ (?:likely|plausible|probable|suitable|appropriate|accurate|fitting)
    | (?:correct|right)(?=[\s.,;:!]*(?:$|because|since|as|and)))\b
    | ^["')\].]*\s*(?:fits?|match(?:es)?|suits?|works?)\ (?:it\ |this\ |the\ [a-z]+\ )?(?:better|best)\b
    | ^["')\].]*\s*makes?\ (?:more|the\ most)\ sense\b""",
    re.VERBOSE,
)
"""What stands right after an option that is given as *the* answer; see :data:`SUPPOSED`."""

BELIEVES = re.compile(
    r"\bi(?: do| would|'d| still)? (?:believe|think|guess|suspect|reckon|conclude)(?: that)?,? (?:it|this|that|the [a-z ]{1,30}?)"
    r"(?:'s| is| was| must be| has to be)(?: (?:most likely|more likely|likely|probably|clearly|actually|definitely))?"
    r"(?: of)?(?: an?| the)?[ \"'(]*$"
)
"""What leads to an option that the writer holds to be the answer, without calling it that."""

AGAINST = re.compile(r"\b(?:but|however|yet|actually|wait|again|on second thou?ghts?|on reflection)\b")
"""A word after which what was believed may be so no longer."""

SUPPOSED = re.compile(r"\b(?:if|whether|unless|when|could|not)\b[^,;]{0,30}$|\bis (?:it )?$")
"""What makes a question or a supposition of it: "if B is correct"."""

GUESSES = re.compile(r"\bbut\b.{0,30}\b(?:probably|likely|maybe|perhaps|possibly|presumably|my best guess)\b")
"""An answer that is given after words of declining: "hard to say, but probably"."""

CONCLUDES = re.compile(
    r"(?:\b(?:so|therefore|thus|hence|consequently|finally|overall|in conclusion|to conclude|in summary|ultimately|"
    r"conclusion|after all|in the end|final)\b|所以|因此|综上|总之|最终)"
)
"""A sentence that concludes outweighs those before it."""

TURNS = re.compile(
    r"(?:\b(?:no,? wait|wait,? no|wait|actually|on second thou?ghts?|scratch that|correction|let me correct|i mean|"
    r"but i(?:'d| would)? (?:think|say|go)|but it(?:'s| is| must be| has to be| turns out)|but in fact|in fact|"
    r"rather,|instead,? it|it is instead|but the|but this is|but that is|turns out|however,? it(?! (?:could|might|may)\b))\b|而是|其实|实际上|不对)"
)
"""A change of mind: what comes after counts."""

TAKES_BACK = re.compile(
    r"(?:\b(?:no,? wait|wait|actually|on second thou?ghts?|on reflection|scratch that|correction|let me correct|"
    r"sorry|i mean|i meant)\b|其实|实际上|不对)"
    r"(?:[\s,.:;!-]|\b(?:no|it|it's|that's|is|should|must|be|i|think|to|say|the|an?|actually|wait|option|rather)\b|应该|是|选)*"
    r"[\"'(\[]*$"
)
"""What stands between an answer and the one that is put in its place: "B. Wait, it's C"."""

STANDS = re.compile(
    r"[\"')\]>]*\s*(?:[.,;:!。，；！-]|$|because\b|since\b|(?:is|was) (?:the )?(?:right|correct|best|better)\b)"
)
"""What follows an answer that stands for itself, unlike what is asked ("Wait, is it C?") or merely told of
("Actually (A) can be heard too")."""

SET_ASIDE = re.compile(
    r"(?:\b(?:at first|initially|originally|first i thou?ght|i first|i (?:had )?considered|i was going to|"
    r"one might|some might|you might|might seem|may seem|could seem|seems? like it could|was tempted|"
    r"if (?:it|this|that) (?:were|was|had been)|"
    r"i thou?ght (?:it|that) (?:was|might)|looks? like .{0,20} but)\b|起初|一开始|最初)"
)
"""A clause that tells of a thought since given up."""

_DENIALS = (
    r"not|n't|never|neither|nor|cannot|cant|isnt|wasnt|arent|rather than|instead of|except|(?:anything|everything|all) but|(?<!none )other than|(?<!other )than|"
    r"apart from|unlike|rules? out|ruled out|ruling out|exclud\w+|eliminat\w+|reject\w*|dismiss\w*|no longer|"
    r"no evidence of|no sign of|no trace of|far from|(?<!no )(?<!without )(?<!without a )(?<!without any )(?<!beyond )doubt(?:ful)?|unlikely|incorrect|wrong|false|lacks?|without|no"
)
_VERBS = (
    r"sound|seem|appear|feel|look|match|fit|have|contain|include|feature|involve|indicate|suggest|show|come from|coming from|"
    r"go with|going with|hearing|call|considered|(?:described|classified|identified|regarded) as|consistent with|"
    r"typical of|typical|call of|sound of|song of"
)
DENIED_BEFORE = re.compile(
    rf"(?:(?<![a-z])(?:{_DENIALS})|(?<=[a-z])n't|不是|并非|不选|不会是|不可能是|排除|而非|没有|不|"
    r"(?<![a-z])(?:no es|n'est pas|nicht|kein\w*|non e|nao e|pas))"
    r"(?:[\s,:]*(?:to be|be|been|being|really|actually|necessarily|quite|just|simply|a|an|the|any|option|choice|answer|"
    r"letter|likely|probably|that|it|it's|is|of|for|hear|heard|detect|either|possibility|selecting|choosing|choose|pick|"
    r"select|believe|think|sound like|like|call it|say|as|very|too|exactly|particularly|especially|"
    rf"(?:true|correct|the case|possible) that|(?:{_VERBS})(?!\s*,)|la|le|el|die|der|das|ein|eine|un|une|选项|[\"'(\[]))*[\s:]*$"
)
"""A denial whose object is what comes next; searched in the clause up to the mention."""

DENIED_AFTER = re.compile(
    r"""^["')\].]*\s*(?:\([^)]{0,80}\)\s*)?(?:
      (?:is|was|are|seems?|looks?|can|could|would|does|do|has|have|must|should|might|may)?\s*(?:also\ |clearly\ |definitely\ )?
      (?:not\b|n't\b|wrong|incorrect|false|unlikely|impossible|ruled\ out|be\ ruled\ out|be\ excluded|be\ eliminated|
         excluded|eliminated|rejected|out\b|doesn't|don't|isn't|wasn't|cannot|can't|couldn't|inaccurate|implausible)
    | [-:=>(]+\s*(?:no(?=[\s.,;)|/]*$)|not\ (?:present|heard|audible|correct|right|a\ match|the\ answer)|incorrect|wrong|false|absent)[\s.,;)|/]*$
    | [-:=>(\s]*[❌✗✘]
    | (?:不对|不正确|错误|不符|是错|可以排除|不是|被排除)
    )""",
    re.VERBOSE,
)
"""A denial whose subject came just before."""

LISTING = re.compile(
    r"""^["')\].]*\s*(?:,|or|nor|and|/|&|、|或者?|和|与|以及|及|,\s*(?:or|nor|and))\s*
    (?:option\ |choice\ |the\ |a\ |an\ |even\ |also\ |选项)*["'(\[]*$""",
    re.VERBOSE,
)
"""What stands between two options of one list, so that they share a denial."""

OPTION_NOUN = re.compile(r"(?:option|choice|answer|letter|number|选项|第)\s*[:#]?\s*[\"'(\[]*$")

ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7,
    "ninth": 8, "tenth": 9, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4, "last": -1,
}  # fmt: skip
ORDINAL = re.compile(
    r"(?<![a-z])(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|1st|2nd|3rd|4th|5th|last) "
    r"(?:option|choice|answer|one|alternative|statement)(?![a-z])"
)
CHINESE_ORDINAL = re.compile(r"第([一二三四五六七八九十])(?:个|项|种)?(?:选项|答案|选择)?")
CHINESE_DIGITS = {c: i for i, c in enumerate("一二三四五六七八九十")}

NOT_A_LABEL_AFTER = re.compile(
    r"^[ -]?(?:major|minor|flat|sharp|natural|chord|note|scale|dorian|mixolydian|#|♭|♯|\d|7th|dur|moll)"
)
NOT_A_LABEL_BEFORE = re.compile(
    r"(?:key of|key is|note|notes|chord|chords|tonic|pitch|vitamin|plan|type|grade|section|part|side|string|group|speaker|"
    r"person|class|verse|theme|player|model|series|hepatitis|middle|low|high)\s$"
)
"""A capital letter that names a note, a speaker or a section is no option's letter."""

COUNTED = re.compile(
    r"(?:\bthere (?:are|is|were|was)|\b(?:count|counted|hear|heard|detect|detected)|\b(?:total|number)(?: of [a-z]+)? (?:is|was)|"
    r"\btotal of)(?:\s|\b(?:exactly|about|around|approximately|roughly|only|a total of|distinct|clearly)\b)*$"
)
"""What stands before a number that counts something: "there are 3 beeps"."""

FUNCTION_WORDS = frozenset({"no", "none", "both", "neither", "same", "either", "all", "other", "one"})
"""Options that are everyday words: they count where an answer stands, not wherever they occur."""
