"""``hf:CHECKPOINT``: any audio-text model that transformers ships, from a folder or the hub.

One path for all: ``AutoProcessor``, the auto class that has the model, ``apply_chat_template`` with audio parts, and
``generate``. Sounds are decoded and resampled by audiotest, so every model hears the same samples. What differs between
families is data: ``_hf/families.yaml``, and a card's options, which win over it.

Options
    ``revision``          a commit or tag of the checkpoint
    ``dtype``, ``device``  by default bfloat16 on the GPU that this process sees, float32 on the CPU
    ``attention``         ``auto`` (SDPA in the parts that have it), ``sdpa``, ``flash_attention_2``, ``eager``
    ``quantization``      ``bnb-8bit``, ``bnb-4bit``, ``torchao-int8``, ``torchao-int4``: weights of fewer bits
    ``device_map``        ``auto``, ``balanced``...: the layers over all GPUs that this process sees
    ``trust_remote_code``  run code that comes with the checkpoint; never unless you say so
    ``memory``            gigabytes that a batch may take; by default a share of what is free once the model is loaded
    ``batch_size``        the most requests at once (32), if they answer like single ones: ``audiotest check-model``
    ``continuous``        whether a reply that ends makes room for the next request, where the model can (true)
    ``refill``            how many slots are free before they are filled again; 0, by default: an eighth of them
    ``compile``           whether the decoding step is compiled (``torch.compile``), where there are slots (false); or
                          in which of torch's modes: ``default``, ``reduce-overhead`` (CUDA graphs), ``max-autotune``...
    ``sample_rate``, ``max_seconds``, ``clips``  what the processor takes: Hz, seconds heard whole, clips a prompt
    ``class``, ``part``   the class to load, and the part of the config that it takes
    ``mixed``             whether prompts with and without sound can be in one batch
    ``shared``            whether a clip is encoded, and where it can be prefilled, once for its questions (true)
    ``several_alone``     whether a prompt with several clips is asked by itself
    ``padding_heard``     whether the padding of a shorter clip changes its reply: then a batch has clips of one length
    ``audio_max_length``  ``longest``: pad mels to the batch's longest clip
    ``audio_as``          ``base64``: hand sounds over as WAV files in base64, for processors that take no arrays
    ``chat_template``     a Jinja template in the place of the checkpoint's own, or where it has none
    ``thinking_end``      the tag after which the answer begins (``</think>``)

A clip longer than ``max_seconds`` is unsupported, never cut. As many requests are in flight as memory allows, at most
``batch_size``; out of GPU memory halves that all the same, and is remembered.
"""

from __future__ import annotations

import copy
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from audiotest.models._files import state_of
from audiotest.models._generating import TOKENIZER, Halving
from audiotest.models._hf.compiling import compiled, refuse
from audiotest.models._hf.encoding import Encoding, encode_once
from audiotest.models._hf.memory import UNLIMITED, budget
from audiotest.models._hf.settings import Settings, commit, fetch, settings
from audiotest.models._hf.sharing import Prefix, Shared
from audiotest.models._likelihoods import with_likelihoods
from audiotest.models._local import require_local
from audiotest.models._sounds import sounds_of
from audiotest.models.protocol import Unsupported
from audiotest.models.streaming import usual_threads
from audiotest.models.weights.sources import local, require
from audiotest.types import Needs, Reply, Request

VERSION = 2


class _Inputs(NamedTuple):
    """Model inputs, how many ``prompts`` in them hear one sound (0: there are several), and how others share it."""

    inputs: Any
    prompts: int
    how: Shared | None = None
    prefix: Prefix | None = None
    """What was read already of a prefix that is shared."""


class HF:
    """A checkpoint of transformers behind the adapter protocol."""

    def __init__(self, checkpoint: str, options: Mapping[str, Any]) -> None:
        self.given, self.checkpoint, self.options = checkpoint, local(checkpoint), options
        self.name = f"hf:{checkpoint}"
        self._take(settings(self.checkpoint, options))
        self.batch_size = self.settings.batch_size
        self._model: Any = None
        self._processor: Any = None
        self._encoding: Encoding | None = None
        self._budget = UNLIMITED
        self._why_batches: str | None = None
        self.compiled: Any = None
        self._ask = Halving(self._generate)
        # Inputs built ahead, by the requests that they were built from: of the batch at work and of the next ones.
        self.preparing_threads = usual_threads()
        self._ahead: deque[dict[tuple[int, ...], tuple[list[Request], _Inputs]]] = deque(
            maxlen=self.preparing_threads + 1
        )
        self._of_thread = threading.local()

    def _take(self, given: Settings) -> None:
        self.settings = given
        # What does not change replies does not belong to the identity.
        deciding = msgspec.structs.replace(given, device="", batch_size=1, memory=0.0)
        fields = msgspec.to_builtins(deciding)
        del fields["continuous"], fields["refill"]
        if fields["compile"] == "default":  # as it was called when it had no other modes
            fields["compile"] = True
        for name in ("several_alone", "quantization", "device_map", "compile"):
            if not fields[name]:  # an option of later: replies that were cached before have no word of it
                del fields[name]
        self.identity = f"hf {VERSION} {self.given} {msgspec.json.encode(fields).decode()}{state_of(self.checkpoint)}"
        self.needs = Needs(
            sample_rate=given.sample_rate,
            channels=1,
            clips=given.clips or None,
            max_seconds=given.max_seconds or None,
            turns=True,
        )

    @property
    def commit(self) -> str:
        """The hub's commit of the checkpoint, for the record of a run."""
        return commit(self.checkpoint, self.settings.revision)

    def load(self) -> None:
        """Read weights and processor; raises ValueError if the processor wants another rate than was decoded for, or if
        ``compile`` is on and the step cannot be compiled, or not in that mode on this device."""
        require_local()
        from audiotest.models._hf.loading import load

        require(self.given)
        # The checkpoint's family, and with it what it takes, is not known before it was downloaded.
        fetch(self.checkpoint, self.settings.revision)
        self._take(settings(self.checkpoint, self.options))
        self.adopt(*load(self.checkpoint, self.settings))
        if self.settings.compile:
            refuse(self.name, self.settings.compile, self.why_batches())

    def adopt(self, model: Any, processor: Any) -> None:
        """Answer with ``model``, of transformers, and its ``processor``; raises ValueError for one of another rate."""
        self._model, self._processor = model, processor
        self.compiled = compiled(model, self.settings.compile) if self.settings.compile else None
        self._encoding = encode_once(self._model) if self.settings.shared else None
        self._budget = budget(self._model, self.settings.memory)
        self._why_batches = None
        extractor = getattr(self._processor, "feature_extractor", None) or getattr(
            self._processor, "audio_processor", None
        )
        rate = getattr(extractor, "sampling_rate", None)
        if rate and int(rate) != self.settings.sample_rate:
            raise ValueError(f"{self.name} wants {rate} Hz; say so with the option sample_rate={rate}")

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order; requests that cannot be in one batch are asked in several."""
        replies: dict[int, Reply | Exception] = {}
        if any(map(self.cannot_hear, requests)):
            return [self._deaf(request) for request in requests]
        for batch in self._batches(requests):
            answers = self._ask([requests[i] for i in batch])
            replies.update(zip(batch, answers, strict=True))
        return [replies[i] for i in range(len(requests))]

    def stream(self, requests: Iterator[Request], at_once: int = 0) -> Iterator[tuple[Request, Reply | Exception]]:
        """Each request with its reply when it is there, at most ``at_once`` (default: ``batch_size``) in flight."""
        from audiotest.models._hf.continuous import stream

        return stream(self, requests, at_once or self.batch_size)

    def why_batches(self) -> str:
        """Why this model, loaded, answers batch by batch; empty where a reply that ends makes room for the next."""
        if self._why_batches is None:
            from audiotest.models._hf.trial import why_batches

            self._why_batches = why_batches(self)
        return self._why_batches

    @property
    def listens(self) -> bool:
        """Whether the loaded model takes sound; a language model that only reads has no processor but a tokenizer."""
        return hasattr(self._processor, "tokenizer")

    def cannot_hear(self, request: Request) -> bool:
        """Whether ``request`` has a sound that this model cannot take."""
        return bool(request.audio) and not self.listens

    @property
    def _tokenizer(self) -> Any:
        return getattr(self._processor, "tokenizer", self._processor)

    def prepare(self, requests: Sequence[Request]) -> None:
        """Build the inputs of a later :meth:`answer`, in another thread. What cannot be built is left to that."""
        self.own_processor()
        inputs: dict[tuple[int, ...], tuple[list[Request], _Inputs]] = {}
        self._ahead.append(inputs)
        for places in self._batches(requests):
            batch = [requests[i] for i in places]
            with suppress(Exception):  # answer() meets it again, where it can be reported
                inputs[tuple(map(id, batch))] = batch, self._inputs(batch)

    def own_processor(self) -> None:
        """Give this thread a processor of its own, so that several make features at once: a tokenizer cannot be shared.
        One that cannot be copied is shared all the same, one thread at a time."""
        if getattr(self._of_thread, "origin", None) is not self._processor:
            self._of_thread.origin, self._of_thread.copy = self._processor, None
            with TOKENIZER, suppress(Exception):
                self._of_thread.copy = copy.deepcopy(self._processor)

    def _inputs(self, requests: list[Request], *, prefix: bool = False) -> _Inputs:
        """The model inputs of a batch, on the CPU; of its first request alone where the others share its prefix.
        ``prefix``: others that are not among them share it."""
        from audiotest.models._hf.asking import inputs, pinned
        from audiotest.models._hf.sharing import shared

        mine = getattr(self._of_thread, "copy", None)
        if getattr(self._of_thread, "origin", None) is not self._processor:
            mine = None
        processor, own = (self._processor, False) if mine is None else (mine, True)
        put = pinned if self._model.device.type == "cuda" else _as_is
        alike = self._one_sound(requests)
        if alike or prefix:
            first = inputs(processor, requests[:1], self.settings, own=own)
            how = shared(processor, requests, first, self.settings, self._model.config)
            if how:
                return _Inputs(put(first), 1, how)
        prompts = len(requests) if alike or len(requests) == 1 else 0
        return _Inputs(put(inputs(processor, requests, self.settings, own=own)), prompts)

    def _one_sound(self, requests: Sequence[Request]) -> bool:
        shares = self.settings.shared and len(requests) > 1 and bool(requests[0].audio)
        return shares and len(set(sounds_of(requests))) == 1

    def _prepared(self, requests: list[Request]) -> _Inputs:
        """The inputs of these requests, built ahead or else now."""
        name = tuple(map(id, requests))
        for batches in list(self._ahead):
            prepared = batches.pop(name, None)
            if prepared is not None:
                return prepared[1]
        return self._inputs(requests)

    def _deaf(self, request: Request) -> Reply | Exception:
        """What a language model that only reads says to a request."""
        if request.audio:
            return Unsupported(f"{self.name} reads only; put a model that listens before it: --model cascade")
        return self.answer([request])[0]

    def _batches(self, requests: Sequence[Request], *, in_slots: bool = False) -> Iterator[list[int]]:
        """The places of requests that can be asked at once. ``in_slots``: what ends a reply is looked at row by row."""
        sounds = sounds_of(requests)
        count = Counter(filter(None, sounds))

        def kind(i: int) -> str:
            request = requests[i]
            sound = "" if self.settings.mixed else str(bool(request.audio))
            if self.settings.padding_heard:
                sound += f" {[len(clip.samples) for clip in request.audio]}"
            if self.settings.shared and count[sounds[i]] > 1:
                sound = sounds[i]
            # A sampled reply must not depend on its neighbours: in a slot it draws by itself, else it is asked alone.
            drawn = request.generation.temperature > 0 and not in_slots
            several = self.settings.several_alone and len(request.audio) > 1
            alone = str(i) if drawn or several else ""
            generation = request.generation
            if in_slots:
                generation = msgspec.structs.replace(generation, max_new_tokens=0, stop=())
            return f"{msgspec.json.encode(generation).decode()} {sound} {alone}"

        for _, group in groupby(sorted(range(len(requests)), key=kind), key=kind):
            yield list(group)

    def _generate(self, requests: list[Request]) -> list[Reply | Exception]:
        from audiotest.models._hf.asking import generate, on_device
        from audiotest.models._hf.ranking import After, likelihoods, tokens
        from audiotest.models._hf.sharing import prefilled, shared_inputs

        model, processor = self._model, self._processor
        inputs, prompts, how, _ = self._prepared(requests)
        new = requests[0].generation.max_new_tokens
        self._budget.check(len(requests), how.tokens if how else inputs["input_ids"].shape[1] + new)
        first = batch = on_device(inputs, model.device)
        prefix = None
        if how:
            with self._encoding_once(prompts):
                prefix = prefilled(model, batch, how.length)
            again = any(request.likelihoods for request in requests)
            batch = shared_inputs(model, processor, batch, how, copy.deepcopy(prefix.cache) if again else prefix.cache)
        with self._encoding_once(prompts):
            replies = generate(model, processor, requests, self.settings, batch)
        del batch  # and the keys and values of the replies, before options are ranked

        def measured(ranked: list[Request], texts: list[list[str]]) -> list[list[float]]:
            tails = {id(request): tail for request, tail in zip(requests, how.tails, strict=True)} if how else {}
            after = After(first, prefix, [tails[id(request)] for request in ranked]) if prefix else None
            return likelihoods(self, ranked, texts, after, one_sound=prompts > 0)

        return with_likelihoods(requests, replies, measured, lambda text: tokens(processor, text))

    def _encoding_once(self, prompts: int) -> AbstractContextManager[None]:
        return self._encoding.once(prompts) if self._encoding else nullcontext()

    def close(self) -> None:
        """Let go of the weights."""
        if self._encoding:
            self._encoding.close()
        self._model = self._processor = self._encoding = self.compiled = None


def _as_is(batch: Any) -> Any:
    return batch


def open_model(argument: str | None, options: Mapping[str, Any]) -> HF:
    """``hf:FOLDER`` or ``hf:ORG/NAME``; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("hf needs a checkpoint: --model hf:FOLDER or hf:ORG/NAME")
    return HF(argument, options)
