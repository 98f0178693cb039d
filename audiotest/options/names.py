"""Options that step back: ``--seed`` is audiotest's only where nobody else's plugin or conftest has a ``--seed``.

To argparse, two options of one name are an error, whoever came second. A conftest adds its options after audiotest, and
a plugin before or after; so names that are taken are left out, and names that somebody takes later are given up at that
moment, which is what argparse's conflict handlers are for. What is left is the long spelling, ``--audiotest-seed``.

pytest 9 and later hand each option to argparse when it is declared, pytest 8 all of them whenever a command line is
parsed: :class:`ShortOptions` and :class:`ShortOptionsOfPytest8`. Tried with pytest 8.4, 9.0 and 9.2.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Protocol

PREFIX = "--audiotest-"
_GIVEN_UP = "audiotest_given_up"
_HANDLER = "step_back"


def long_name(short: str) -> str:
    """``--audiotest-seed`` for ``--seed``."""
    return f"{PREFIX}{short.removeprefix('--')}"


class Short(Protocol):
    """The short names that audiotest may have."""

    def free(self, names: Sequence[str]) -> list[str]:
        """Those of ``names`` that nobody has yet; the others are given up."""

    def own(self, names: Sequence[str]) -> None:
        """``names`` have been added as one option, and are given up if somebody wants them."""


def short_options(parser: Any, group: Any) -> Short:
    """The short names among the options of ``parser``, pytest's own, of which those of ``group`` are audiotest's."""
    known = getattr(parser, "optparser", None)
    return ShortOptions(known) if known is not None else ShortOptionsOfPytest8(parser, group)


class ShortOptions:
    """The short names that audiotest may have among the options of ``parser``, argparse's."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.given_up: list[str] = []
        """Those that somebody else has, in the order in which that came out."""
        self._own: dict[str, argparse.Action] = {}
        self._argparse: Any = parser
        for group in self._argparse._action_groups:
            self._watch(group)
        self._watch_new_groups()
        self._argparse.set_defaults(**{_GIVEN_UP: self.given_up})

    def free(self, names: Sequence[str]) -> list[str]:
        """Those of ``names`` that nobody has yet; the others are given up."""
        taken = [name for name in names if name in self._argparse._option_string_actions]
        self.given_up += [name for name in taken if not name.startswith(PREFIX)]
        return [name for name in names if name not in taken]

    def own(self, names: Sequence[str]) -> None:
        """``names`` have been added, and are given up if somebody wants them."""
        known = self._argparse._option_string_actions
        self._own |= {name: known[name] for name in names if not name.startswith(PREFIX)}

    def _watch(self, group: Any) -> None:
        group.conflict_handler = _HANDLER

        def handle(action: argparse.Action, conflicts: Sequence[tuple[str, argparse.Action]]) -> None:
            others = [(name, other) for name, other in conflicts if self._own.get(name) is not other]
            if others:
                group._handle_conflict_error(action, others)
            for name, own in conflicts:
                own.option_strings = [kept for kept in own.option_strings if kept != name]
                del self._argparse._option_string_actions[name], self._own[name]
                self.given_up.append(name)

        setattr(group, f"_handle_conflict_{_HANDLER}", handle)

    def _watch_new_groups(self) -> None:
        make = self._argparse.add_argument_group

        def add_argument_group(*args: Any, **kwargs: Any) -> Any:
            group = make(*args, **kwargs)
            self._watch(group)
            return group

        self._argparse.add_argument_group = add_argument_group


class ShortOptionsOfPytest8:
    """The same where argparse gets all options when a command line is parsed: each option of ours says then by
    which names it goes, and leaves out those that others have."""

    def __init__(self, parser: Any, group: Any) -> None:
        self.given_up: list[str] = []
        self._parser, self._group = parser, group
        group.addoption(
            long_name("--given-up"), dest=_GIVEN_UP, action="store_const", const=self.given_up, default=self.given_up,
            help=argparse.SUPPRESS,
        )  # fmt: skip

    def free(self, names: Sequence[str]) -> list[str]:
        """Those of ``names`` that nobody has yet; the others are given up."""
        others = {
            name
            for group in (*self._parser._groups, self._parser._anonymous)
            if group is not self._group
            for option in group.options
            for name in option.names()
        }
        taken = [name for name in names if name in others]
        self.given_up += [name for name in taken if not name.startswith(PREFIX) and name not in self.given_up]
        return [name for name in names if name not in taken]

    def own(self, names: Sequence[str]) -> None:
        """``names`` have been added as the last option of the group, and are given up if somebody wants them."""
        self._group.options[-1].names = lambda: self.free(names)


def given_up(parsed: argparse.Namespace) -> list[str]:
    """The short names that somebody else has in this session, by its parsed command line."""
    return list(getattr(parsed, _GIVEN_UP, ()))


def notice(given_up: Sequence[str]) -> str:
    """What to say of the names that somebody else has; "" if there are none."""
    if not given_up:
        return ""
    names, spelt = ", ".join(given_up), ", ".join(map(long_name, given_up))
    return f"audiotest: {names} {'is' if len(given_up) == 1 else 'are'} of another plugin or conftest here; use {spelt}"
