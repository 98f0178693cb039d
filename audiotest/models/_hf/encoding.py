"""A clip is encoded once for its questions, also where they cannot share a prefill of it.

A model of transformers turns features into embeddings in one place: ``get_audio_features``, or its encoder's forward.
What was computed there for a clip is kept until another is heard, and repeated for every row of a batch about it. So
the encoder works once for questions that do not begin alike or outgrow a window, for replies that are sampled one by
one, for the ranking of options, and for batches that memory cut; and not once a token, as in Phi-4's class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from inspect import signature
from typing import Any


class Encoding:
    """Replaces a function that encodes sound; passes on what it is given but within :meth:`once`."""

    def __init__(self, encode: Callable[..., Any], remove: Callable[[], None] | None = None) -> None:
        self._encode, self._remove = encode, remove
        self._prompts: int | None = None
        self._kept: tuple[list[Any], Any] | None = None

    @contextmanager
    def once(self, prompts: int) -> Iterator[None]:
        """Within, the same is not encoded twice. Each call is for so many ``prompts``, which all hear one sound: that
        is kept beyond, for what comes next. 0: prompts about several sounds."""
        self._prompts = prompts
        try:
            yield
        finally:
            self._prompts = None
            if not prompts:
                self._kept = None

    def close(self) -> None:
        """Let go of what is kept and of the model, which would hold on to each other."""
        self._kept = None
        if self._remove:
            self._remove()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The embeddings of all prompts, one after another. Where their arguments differ, the function is asked."""
        given = [*enumerate(args), *kwargs.items()]
        if self._prompts is None or not all(_alike(value, self._prompts) for _, value in given):
            return self._encode(*args, **kwargs)
        prompts = max(1, self._prompts)
        firsts = [(name, _first(value, prompts)) for name, value in given]
        if self._kept is None or not _same(self._kept[0], firsts):
            self._kept = None  # let go before memory is taken for another
            values = [value for _, value in firsts]
            embeddings = self._encode(*values[: len(args)], **dict(zip(kwargs, values[len(args) :], strict=True)))
            self._kept = firsts, embeddings
        return _repeated(self._kept[1], prompts)


def encode_once(model: Any) -> Encoding | None:
    """Put an :class:`Encoding` into ``model``; None where it does not encode sound in a place that is known."""
    modules = list(model.modules())
    # Outer ones ask the innermost. Music Flamingo's is given the question as well, to find out where the sound is.
    places = [(module, "get_audio_features") for module in modules if _of_sound_alone(module)][-1:]
    ears = getattr(model.config, "audio_config", None)
    if not places and ears is not None:
        inner = [module for module in modules[1:] if type(getattr(module, "config", None)) is type(ears)]
        places = [(module, "forward") for module in inner[:1]]
    if not places:
        return None
    module, name = places[0]
    encoding = Encoding(getattr(module, name), partial(delattr, module, name))
    setattr(module, name, encoding)
    return encoding


def _of_sound_alone(module: Any) -> bool:
    encode = getattr(module, "get_audio_features", None)
    return encode is not None and "input_ids" not in signature(encode).parameters


def _alike(value: Any, prompts: int) -> bool:
    """Whether a tensor has the same rows for every prompt; what is no tensor is for all of them."""
    import torch

    if prompts <= 1 or not isinstance(value, torch.Tensor) or not value.dim():
        return True
    if len(value) % prompts:
        return False
    rows = value.reshape(prompts, -1)
    return bool((rows == rows[:1]).all())


def _first(value: Any, prompts: int) -> Any:
    import torch

    return value[: len(value) // prompts] if isinstance(value, torch.Tensor) and value.dim() else value


def _same(kept: list[tuple[Any, Any]], given: list[tuple[Any, Any]]) -> bool:
    """Whether arguments are those that were kept."""
    return [name for name, _ in kept] == [name for name, _ in given] and all(
        _equal(a, b) for (_, a), (_, b) in zip(kept, given, strict=True)
    )


def _equal(a: Any, b: Any) -> bool:
    import torch

    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return bool(a.dtype == b.dtype and torch.equal(a, b))
    return type(a) is type(b) and bool(a == b)


def _repeated(value: Any, times: int) -> Any:
    """A result for so many prompts: its tensors hold clip after clip, be it as rows or as tokens, and a list does."""
    import torch

    if isinstance(value, torch.Tensor):
        return torch.cat([value] * times) if value.dim() else value
    if isinstance(value, dict):  # and the outputs of transformers, which are built from their fields
        return type(value)(**{name: _repeated(part, times) for name, part in value.items()})
    if isinstance(value, list):
        return value * times
    return tuple(_repeated(part, times) for part in value) if isinstance(value, tuple) else value
