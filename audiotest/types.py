"""The words of audiotest, as frozen records: what passes from one room to the next.

Every room takes and returns these and nothing looser; a field that is missing here is
missing on purpose. They are :class:`msgspec.Struct`, so a suite of 20,000 cases costs
little memory and can be written to a cache or a run record as it stands.

*suite* > *case* > (with a *condition*) *trial* > *request* > *reply* > *verdict*
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import force_setattr, replace

from audiotest.errors import AudiotestError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Status = Literal["read", "none", "ambiguous", "refused", "unparsed"]
"""What a scorer could make of a reply: it read a choice, found none, found several that it could
not decide between, met a refusal (or an abstention), or could not parse the asked-for format."""


SCHEMA_VERSION = 1
"""The version of a run's files, as ``schemas/run.schema.json`` describes them. Runs of it and of all earlier ones are
read: a field that an older line lacks has its default."""


class NotApplicable(AudiotestError):
    """A condition that a case cannot take, such as shuffling an open question; says why. Its trial is skipped."""


@dataclass(frozen=True, slots=True)
class Waveform:
    """Sound: ``samples`` is float32 of shape (frames, channels), full scale ±1.0; ``rate`` in Hz.

    ``layout`` names the place of each channel (FL, FR, FC, LFE, BL, BR, SL, SR...), () where that is not known.
    ``file`` is the file that holds this sound, whole and as it is; "" for what was made, cut or changed.
    """

    samples: npt.NDArray[np.float32]
    rate: int
    layout: tuple[str, ...] = ()
    file: str = ""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[0]) / self.rate

    @property
    def channels(self) -> int:
        """Number of channels: 1 mono, 2 stereo (left, right)."""
        return int(self.samples.shape[1])


class Embedded(Struct, frozen=True):
    """A sound within the Parquet file ``table``: in ``column`` of row ``row`` (from 0), of a list of sounds the one at
    ``place``. ``name`` is the file that it once was, where the table says so."""

    table: str
    column: str
    row: int
    name: str = ""
    place: int = 0

    def __str__(self) -> str:
        """What messages name it by."""
        return f"{self.name or 'the sound'} in row {self.row + 1} of {self.table}"


class ClipSpec(Struct, frozen=True):
    """Where a case's clip comes from: a file, a synthesised scene or a row of a table; its segment is in seconds."""

    file: str | None = None
    synth: Any = None
    start: float | None = None
    end: float | None = None
    embedded: Embedded | None = None


class Check(Struct, frozen=True):
    """A scorer by name with its options, as written under ``scorers`` or ``expect``."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)


class Part(Struct, frozen=True):
    """One part of a turn: a template, the number of one of the case's clips or of one of the options as they are
    shown, or a sound of the suite's."""

    text: str = ""
    clip: int | None = None
    audio: ClipSpec | None = None
    choice: int | None = None


class Message(Struct, frozen=True):
    """A turn as a suite has it."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]


class Generation(Struct, frozen=True):
    """How a model is asked to generate; part of a trial's identity. Greedy by default."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    system: str | None = None
    thinking: bool | None = None


class Case(Struct, frozen=True):
    """One item as its author wrote it, before any condition.

    ``known_issue``: what the suite's ``known_issues`` say is wrong with it; it is asked, and in no figure.

    ``answer`` is the text of the right option, or the expected answer of an open question; None where there is none.
    Where several are right ``answers`` has all of them (empty otherwise), and ``answer`` is the first. Where the
    options are sounds ``choice_sounds`` has one for each, and ``choices`` are their names, which the model is not
    shown. ``tags`` may have several values of one kind. ``metadata`` holds whatever else a release knows (rubric,
    kwargs, transcription...), for scorers that need it. ``line`` is where the case starts in its file. ``repeat``
    counts the times that a case is asked, from 1 (:mod:`audiotest.declare.repeating`)."""

    id: str
    question: str
    audio: tuple[ClipSpec, ...] = ()
    choices: tuple[str, ...] = ()
    distractor_types: tuple[str | None, ...] = ()
    answer: str | None = None
    reference: tuple[str, ...] = ()
    task: str = ""
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    expect: tuple[Check, ...] = ()
    known_issue: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    paraphrases: tuple[str, ...] = ()
    generation: Generation | None = None
    messages: tuple[Message, ...] = ()
    file: str = ""
    line: int = 0
    repeat: int = 1
    answers: tuple[str, ...] = ()
    choice_sounds: tuple[ClipSpec, ...] = ()

    @property
    def clips(self) -> tuple[ClipSpec, ...]:
        """All sounds of the case: its own, then those of its options."""
        return (*self.audio, *self.choice_sounds)

    @property
    def origin(self) -> str:
        """The id of the case that this is a repeat of; its own if it is none."""
        return self.id if self.repeat == 1 else origin_of(self.id)

    def __post_init__(self) -> None:
        """Take what a person writes in Python for what it stands for: a file's name for a clip, lists for tuples, a
        tag's single value, ``{"text": ..., "kind": ...}`` for a choice, a scorer's name for a check, a list for several
        right answers."""
        if isinstance(self.answer, list | tuple):
            several = tuple(map(str, self.answer))
            force_setattr(self, "answer", several[0] if several else None)
            force_setattr(self, "answers", several if len(several) > 1 else ())
        if isinstance(self.audio, str | dict | ClipSpec):
            force_setattr(self, "audio", (self.audio,))
        if not _all_of(ClipSpec, self.audio):
            force_setattr(self, "audio", tuple(_clip_spec(clip) for clip in self.audio))
        if not _all_of(str, self.choices):
            _split_choices(self)
        if not isinstance(self.reference, tuple):
            force_setattr(
                self, "reference", (self.reference,) if isinstance(self.reference, str) else tuple(self.reference)
            )
        if set(map(type, self.tags.values())) - {tuple}:
            tags = {tag: (v,) if isinstance(v, str) else tuple(map(str, v)) for tag, v in self.tags.items()}
            force_setattr(self, "tags", tags)
        if not _all_of(Check, self.expect):
            force_setattr(self, "expect", tuple(map(check_of, self.expect)))
        if not isinstance(self.paraphrases, tuple):
            force_setattr(self, "paraphrases", tuple(self.paraphrases))


def _all_of(kind: type, values: Any) -> bool:
    """Whether ``values`` is a tuple of nothing but ``kind``, as the loader gives it: looked at for every case."""
    return type(values) is tuple and (not values or not set(map(type, values)) - {kind})


def check_of(written: Any) -> Check:
    """A scorer as a suite has it: its name, or ``{name: {option: value}}``."""
    if isinstance(written, Check):
        return written
    name, options = (written, None) if isinstance(written, str) else next(iter(dict(written).items()))
    return Check(str(name), dict(options or {}))


def _clip_spec(clip: Any) -> ClipSpec:
    if isinstance(clip, ClipSpec):
        return clip
    return ClipSpec(**clip) if isinstance(clip, dict) else ClipSpec(file=str(clip))


def _split_choices(case: Case) -> None:
    written = [choice if isinstance(choice, dict) else {"text": choice} for choice in case.choices]
    names = tuple(option_name(choice, place) for place, choice in enumerate(written, 1))
    force_setattr(case, "choices", names)
    sounds = tuple(_clip_spec(choice["audio"]) for choice in written if "audio" in choice)
    force_setattr(case, "choice_sounds", sounds)
    types = tuple(choice.get("kind") for choice in written)
    if any(types):
        force_setattr(case, "distractor_types", types)


def option_name(choice: Mapping[str, Any], place: int) -> str:
    """What an option written as ``{text, audio}`` goes by: its text, the file of its sound, or ``sound 2`` for the
    second option."""
    audio = choice.get("audio")
    file = audio if isinstance(audio, str) else audio.get("file") if isinstance(audio, dict) else None
    return str(choice.get("text") or file or f"sound {place}")


class Question(Struct, frozen=True):
    """What was asked, as a scorer sees it: the choices in the order in which they were shown.

    ``answer`` is the text of the right option (None where there is none) and ``answer_index`` its place among
    ``choices``. Where several are right ``answers`` has all of them, and ``answer`` is one: a scorer asks
    :meth:`is_right` of an option, and compares with :attr:`right_answers`. ``metadata`` carries what one benchmark's
    rule needs besides (``answer_order`` for muchomusic; ``task_identifier`` and ``kwargs`` for mmau_pro_if; ...).
    ``finish`` is how the reply that is scored ended (``length``: cut by the token limit), None where it is not known.
    """

    question: str
    choices: tuple[str, ...] = ()
    answer: str | None = None
    answer_index: int | None = None
    reference: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    finish: str | None = None
    answers: tuple[str, ...] = ()

    @property
    def right_answers(self) -> tuple[str, ...]:
        """All right answers; empty where there is none."""
        return self.answers or ((self.answer,) if self.answer is not None else ())

    def is_right(self, place: int) -> bool:
        """Whether the option at ``place`` is right: the one at ``answer_index``, or one of the same text (a release may
        hold an option twice)."""
        return place == self.answer_index or self.choices[place] in self.right_answers


class Verdict(Struct, frozen=True):
    """What a scorer says of a reply.

    ``correct`` is None where there is no right or wrong (a recorded caption without a threshold).
    ``choice`` is the index (0-based, as shown) of the option that was read, else None. ``score`` is
    in [0, 1]. ``format_kept`` says whether the asked-for form was kept, None where none was asked.
    ``counted`` is False where the benchmark's own rule drops the item from its denominator.
    ``evidence`` is the part of the reply that decided; ``details`` holds further figures by name.
    """

    correct: bool | None
    choice: int | None = None
    status: Status = "read"
    score: float | None = None
    format_kept: bool | None = None
    counted: bool = True
    evidence: str = ""
    details: dict[str, Any] = field(default_factory=dict)


class Needs(Struct, frozen=True):
    """What an adapter can take.

    ``audio`` False: it never looks at sound, so none is decoded for it. ``sample_rate`` in Hz and
    ``channels`` (1: mean of the channels, 2: stereo), None: as the file has them. ``clips``: the most
    clips in a request, None: any number. ``max_seconds``: the longest clip it hears whole. ``turns``: whether it takes
    a conversation with several turns, or with sounds between its texts.
    """

    audio: bool = True
    sample_rate: int | None = None
    channels: int | None = None
    clips: int | None = None
    max_seconds: float | None = None
    turns: bool = False


class Turn(Struct, frozen=True):
    """A turn of a conversation: texts, and the places of sounds in ``Request.audio``, in order."""

    role: str
    parts: tuple[str | int, ...]


class Request(Struct, frozen=True):
    """One trial as a model gets it. ``audio`` holds :class:`Waveform` s, already under the condition.

    ``prompt`` is the rendered text that a language model is to be given; ``question`` and
    ``choices`` are its parts, for adapters that answer by other means. ``labels`` are those of the choices where
    the condition changed them (empty: A, B, C...). ``seed`` is the trial's own. ``likelihoods``: the probability of
    each option is wanted beside the reply, as ``details["likelihoods"]``. ``turns``: a conversation in the place of the
    prompt, which only models that take turns (:class:`Needs`) are given; ``prompt`` is then all of it as one text.
    """

    suite: str
    case: str
    condition: str
    prompt: str
    question: str
    choices: tuple[str, ...] = ()
    audio: tuple[Any, ...] = ()
    generation: Generation = Generation()
    seed: int = 0
    labels: tuple[str, ...] = ()
    likelihoods: bool = False
    turns: tuple[Turn, ...] = ()


CUT = frozenset({"length", "max_tokens", "max_new_tokens"})
"""Values of ``finish`` of a reply that was cut by the token limit."""


class Reply(Struct, frozen=True):
    """What the model said. ``text`` is what gets scored; ``raw`` the whole output where it differs
    (thinking, tags); ``finish`` says why it ended.

    ``seconds`` is the model's own time for it: of a batch the share (the batch's time divided by its replies), of a
    cascade what both models took. ``waited`` is the time beside that, in seconds, from when the model was given the
    request: in a batch that was filled or answered, in a queue, for other attempts."""

    text: str
    raw: str | None = None
    finish: str | None = None
    seconds: float | None = None
    details: dict[str, Any] = field(default_factory=dict)
    waited: float | None = None

    def __post_init__(self) -> None:
        """Keep to what can be written: half a surrogate pair, as of an emoji that was cut, is no text."""
        for name in ("text", "raw"):
            text = getattr(self, name)
            if isinstance(text, str) and (fit := writable(text)) is not text:
                force_setattr(self, name, fit)


def writable(text: str) -> str:
    """``text`` with the replacement character in the place of halves of surrogate pairs, which JSON can hold and
    UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Ask(Struct, frozen=True):
    """What a scorer asks a judge about one reply: ``name`` distinguishes its asks (``forward``, ``rating 3``).

    ``attempts``: how often a line that the scorer cannot read is asked for again before it counts as unreadable.
    """

    name: str
    prompt: str
    generation: Generation = Generation()
    attempts: int = 1


Outcome = Literal["passed", "recorded", "failed", "missed", "error", "skipped", "unsupported"]
"""How a trial ended. *recorded*: it was answered, and its expectation ``recorded`` asks for no more, right or wrong;
*missed*: an unmet expectation in a suite whose policy is ``gates``; *failed*: the same where the policy is ``cases``;
*unsupported*: the model cannot take such a trial."""


class Hashes(Struct, frozen=True, gc=False):
    """Of what a model was given: of the ``prompt``, of the ``sound``, and of its ``source``, the sound before it is put
    into the rate and the channels that the model asks for. Read like a mapping that has those which are known; it takes
    a third of the memory of one."""

    prompt: str | UnsetType = UNSET
    sound: str | UnsetType = UNSET
    source: str | UnsetType = UNSET

    def get(self, name: str, default: str = "") -> str:
        """The hash called ``name``."""
        value: str | UnsetType = getattr(self, name, UNSET)
        return default if isinstance(value, UnsetType) else value

    def keys(self) -> list[str]:
        """The names of those which are known."""
        return [name for name in self.__struct_fields__ if getattr(self, name) is not UNSET]

    def __getitem__(self, name: str) -> str:
        value: str | UnsetType = getattr(self, name, UNSET)
        if isinstance(value, UnsetType):
            raise KeyError(name)
        return value


NO_HASHES = Hashes()


class Record(Struct, frozen=True):
    """A line of ``trials.jsonl``: one trial, what was said and what it was worth.

    ``choices`` and ``answer_index`` are as shown under the condition; where several options are right ``answers`` has
    all of them that were shown, and ``answer`` is the first of these. Where the options are sounds ``choice_sounds``
    has their names in the order in which they were shown ("" for an option that is text). ``order[i]`` is the place in
    the case's own list of the option shown at place ``i``, so choices can be compared across orders (-1: an option that
    is not the case's own). ``labels`` are those shown, where the condition changed them. ``clip`` is the same for all
    cases that share their audio: the cluster of paired statistics. ``verdicts`` keeps the order of the suite's scorers;
    the first decides. ``reference`` holds the texts that an open question's reply is held against. ``at``: when a reply
    from the cache was given, in seconds since 1970. ``known_issue``: what the suite says is wrong with the item; its
    verdicts are then in no denominator."""

    suite: str
    case: str
    condition: str
    nodeid: str
    expectation: str
    outcome: Outcome
    question: str
    choices: tuple[str, ...] = ()
    distractor_types: tuple[str | None, ...] = field(default=(), name="kinds")
    order: tuple[int, ...] = ()
    answer: str | None = None
    answer_index: int | None = None
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    clip: str = ""
    prompt: str = ""
    reply: Reply | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    reason: str = ""
    cached: bool = False
    hashes: Hashes = NO_HASHES
    seed: int = 0
    labels: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    at: float | None = None
    known_issue: str = ""
    answers: tuple[str, ...] = ()
    choice_sounds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Keep to options that were shown: what a verdict read is one of ``choices``, or it read none. A record may
        come from a file that anybody wrote, and a verdict from anybody's scorer. Hashes may be given as a mapping."""
        if not isinstance(self.hashes, Hashes):
            force_setattr(self, "hashes", Hashes(**self.hashes))
        none = {
            name: replace(one, choice=None)
            for name, one in self.verdicts.items()
            if one.choice is not None and not 0 <= one.choice < len(self.choices)
        }
        if none:
            force_setattr(self, "verdicts", {**self.verdicts, **none})

    @property
    def right_answers(self) -> tuple[str, ...]:
        """All right answers; empty where there is none."""
        return self.answers or ((self.answer,) if self.answer is not None else ())

    @property
    def right_places(self) -> tuple[int, ...]:
        """The places of all right options as shown, from 0."""
        if not self.answers:
            place = self.answer_index
            return (place,) if place is not None and 0 <= place < len(self.choices) else ()
        return tuple(place for place, choice in enumerate(self.choices) if choice in self.answers)

    def option(self, place: int) -> str:
        """The option at ``place`` as reports show it: its text; of a sound, what it was called and its name."""
        name = self.choice_sounds[place] if place < len(self.choice_sounds) else ""
        return f"{self.choices[place]} ({name})" if name else self.choices[place]

    @property
    def expected(self) -> tuple[str, ...]:
        """All right answers as reports show them."""
        return tuple(map(self.option, self.right_places)) or self.right_answers

    @property
    def chance(self) -> float:
        """How often a blind guess among the options shown is right: k/n with k right ones of n, 1/n where none is
        known to be, 0 without options."""
        return max(1, len(self.right_places)) / len(self.choices) if self.choices else 0.0

    def _repr_html_(self) -> str:
        from audiotest.registry import REPORTS

        shows = REPORTS.get("notebook").shows
        assert shows is not None
        return shows(self)


def origin_of(case: str) -> str:
    """The id of a case, without the mark of a repeat: ``kettle`` of ``kettle~2``."""
    return case.rpartition("~")[0] or case


class TrialKey(NamedTuple):
    """What distinguishes the trials of a run, and finds one again in another run: suites go by their names."""

    suite: str
    case: str
    condition: str


BASELINE = "baseline"
"""In the place of a gate's ``versus``: the run that ``--baseline`` names."""


class Gate(Struct, frozen=True):
    """An assertion over a suite: ``metric`` under ``condition`` lies within ``min`` and ``max``.

    ``versus`` names the condition that a paired metric is held against, or is :data:`BASELINE`. ``bound`` says which
    end of the 95% interval has to satisfy it. ``tags`` narrows it to the cases that carry them.
    """

    metric: str
    min: float | None = None
    max: float | None = None
    condition: str = "original"
    versus: str | None = None
    bound: Literal["point", "lower", "upper"] = "point"
    tags: dict[str, str] = field(default_factory=dict)


class GateResult(Gate, frozen=True):
    """A gate with what became of it; ``name`` stands in node ids, ``passed`` is None for one that was not judged."""

    name: str = ""
    passed: bool | None = None
    reason: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


class Estimate(Struct, frozen=True):
    """A measured figure: its value, the ends of its 95% interval (None: none can be given) and its n."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
