"""Options that step back: ``--seed`` is audiotest's only where nobody else's plugin or conftest has a ``--seed``.

To argparse, two options of one name are an error, whoever came second. A conftest adds its options after audiotest, and
a plugin before or after; so names that are taken are left out, and names that somebody takes later are given up at that
moment, which is what argparse's conflict handlers are for. What is left is the long spelling, ``--audiotest-seed``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

PREFIX = "--audiotest-"
_GIVEN_UP = "audiotest_given_up"
_HANDLER = "step_back"


def long_name(short: str) -> str:
    """``--audiotest-seed`` for ``--seed``."""
    return f"{PREFIX}{short.removeprefix('--')}"


class ShortOptions:
    """The short names that audiotest may have among the options of ``parser``, pytest's own; None up to pytest 9.0,
    where options become argparse's only when they are parsed, and a name that is taken is an error."""

    def __init__(self, parser: argparse.ArgumentParser | None) -> None:
        self.given_up: list[str] = []
        """Those that somebody else has, in the order in which that came out."""
        self._own: dict[str, argparse.Action] = {}
        self._argparse: Any = parser
        if self._argparse is not None:
            for group in self._argparse._action_groups:
                self._watch(group)
            self._watch_new_groups()
            self._argparse.set_defaults(**{_GIVEN_UP: self.given_up})

    def free(self, names: Iterable[str]) -> list[str]:
        """Those of ``names`` that nobody has yet; the others are given up."""
        known = self._argparse._option_string_actions if self._argparse is not None else {}
        taken = [name for name in names if name in known]
        self.given_up += [name for name in taken if not name.startswith(PREFIX)]
        return [name for name in names if name not in taken]

    def own(self, names: Iterable[str]) -> None:
        """``names`` have been added, and are given up if somebody wants them."""
        if self._argparse is not None:
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


def given_up(parsed: argparse.Namespace) -> list[str]:
    """The short names that somebody else has in this session, by its parsed command line."""
    return list(getattr(parsed, _GIVEN_UP, ()))


def notice(given_up: Sequence[str]) -> str:
    """What to say of the names that somebody else has; "" if there are none."""
    if not given_up:
        return ""
    names, spelt = ", ".join(given_up), ", ".join(map(long_name, given_up))
    return f"audiotest: {names} {'is' if len(given_up) == 1 else 'are'} of another plugin or conftest here; use {spelt}"
