"""A place where a reply names an option."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["label", "text", "number"]


class Mention(Struct, frozen=True, gc=False):
    """Option ``index`` named at [``start``, ``end``) of the text, in clause number ``clause``.

    ``given``: it is presented as *the* answer. ``stated``: it is what a sentence says of its subject ("the bird is a
    wren"). ``denied``: the text says that it is not. ``aside``: a thought since given up, or what something is held
    against. ``loose``: in other words than the option's own. ``measured``: a number or a key, read as such.
    ``noun`` is what a number counts; ``doubtful``: a number that may count nothing, unless it is in a list.
    """

    index: int
    kind: Kind
    start: int
    end: int
    clause: int
    given: bool = False
    denied: bool = False
    stated: bool = False
    aside: bool = False
    loose: bool = False
    measured: bool = False
    noun: str = ""
    doubtful: bool = False
