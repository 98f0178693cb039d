"""``audiotest listen``: a suite by ear, before any model is asked."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.report.by_ear.cases import Ear, Item, Shown

_KEYS = "Enter or j: next, k: back, 1-9: the sound under that condition, p: prompts as sent, q: end"


@click.command("listen")
@click.argument("suite", type=click.Path(exists=True, path_type=Path))
@click.option("--text", is_flag=True, help="In the terminal, in the place of a browser.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the page to this file and open no browser.")  # fmt: skip
@click.option(
    "--case", "cases", multiple=True, metavar="PATTERN", help="Only these cases, such as kettle-*; may be repeated."
)
@click.option("--condition", "conditions", multiple=True, metavar="CONDITION",
              help="Under this condition in the place of the suite's own; may be repeated.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="At most so many cases.")
@click.option("--seed", type=int, default=0, show_default=True, help="The run's seed, from which conditions draw.")
@click.option("--audio-mb", type=click.FloatRange(min=0), default=20, show_default=True,
              help="How much sound to embed in the page.")  # fmt: skip
@click.option("--linked-mb", type=click.FloatRange(min=0), default=500, show_default=True,
              help="How much more to write into a folder beside it.")  # fmt: skip
def command(
    suite: Path,
    text: bool,
    html: Path | None,
    cases: tuple[str, ...],
    conditions: tuple[str, ...],
    limit: int,
    seed: int,
    audio_mb: float,
    linked_mb: float,
) -> None:
    """Step through the cases of SUITE with their sounds and the prompts as they are sent.

    \b
      audiotest listen suites/kitchen.yaml                    in a browser: j, k, and 1 to 9 for the conditions
      audiotest listen suites/kitchen.yaml --text             in the terminal
      audiotest listen suites/kitchen.yaml --condition original --condition "noise(snr_db=0)"

    No model is asked. What is wrong with a case can be noted on the page, and leaves it as YAML for the suite's
    `known_issues`.
    """
    from audiotest.errors import AudiotestError
    from audiotest.report.by_ear.page import write

    try:
        ear, items = _opened(suite, seed, cases, conditions, limit)
        if text:
            _terminal(ear, items)
            return
        target = html or Path(tempfile.mkdtemp(prefix="audiotest-listen-")) / f"{ear.suite.name}.html"
        say(write(ear, items, target, embed=audio_mb, link=linked_mb))
    except (AudiotestError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if html is None:
        import webbrowser

        if not webbrowser.open(target.absolute().as_uri()):
            say("no browser was found here: open the file by hand, or use --text", err=True)


def _opened(
    suite: Path, seed: int, cases: Sequence[str], conditions: Sequence[str], limit: int
) -> tuple[Ear, list[Item]]:
    """The suite and its cases. Raises AudiotestError."""
    from audiotest.declare.suite import find_one, load
    from audiotest.report.by_ear.cases import Ear

    loaded = load(find_one(suite))
    ear = Ear(loaded, seed)
    items = list(ear.items(cases=cases, conditions=conditions, limit=limit))
    if loaded.invalid:
        say(f"{counted(len(loaded.invalid), 'case')} cannot be used: `audiotest validate {suite}` says why", err=True)
    if not items:
        raise click.ClickException(f"{suite} has no case" + (f" that matches {', '.join(cases)}" if cases else ""))
    if len(items) == limit < len(loaded.cases):
        say(f"the first {limit} of {counted(len(loaded.cases), 'case')}; --limit or --case chooses others", err=True)
    return ear, items


def _terminal(ear: Ear, items: Sequence[Item]) -> None:
    """One case after the other, until the last one, ``q``, or the end of the input."""
    from audiotest.report.by_ear.playing import player

    plays, at = player(), 0
    say(_KEYS)
    if not plays:
        say("no player (play, aplay, ffplay, afplay) is installed: sounds are written as files")
    with ExitStack() as stack:
        prefix = "audiotest-listen-"
        # Files are kept where they are what the person gets.
        folder = (
            stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix)) if plays else tempfile.mkdtemp("", prefix)
        )
        while 0 <= at < len(items):
            item = items[at]
            _print(item, f"{at + 1} of {len(items)}")
            while True:
                try:
                    key = click.prompt("", default="j", show_default=False, prompt_suffix="> ").strip()
                except click.Abort:  # Ctrl-C, or no more input
                    return
                if key.isdecimal() and 0 < int(key) <= len(item.conditions):
                    _hear(ear, item.conditions[int(key) - 1], Path(folder), plays)
                elif key == "p":
                    for shown in item.conditions:
                        say(f"[{shown.condition}]\n{shown.prompt or shown.problem}\n")
                elif key in ("j", "k", "q"):
                    break
                else:
                    say(_KEYS)
            if key == "q":
                return
            at = max(0, at - 1) if key == "k" else at + 1


def _print(item: Item, place: str) -> None:
    say(f"\n{place}  {item.case}  {item.place}")
    say(f"{item.question}")
    shown = next((one for one in item.conditions if not one.problem), None)
    for i, option in enumerate(shown.choices if shown else ()):
        right = shown is not None and i in shown.rights
        say(f"  {'*' if right else ' '} {option}{'  (right)' if right else ''}")
    if item.answer and not (shown and shown.choices):
        say(f"  expected: {item.answer}")
    for reference in item.reference:
        say(f"  reference: {reference}")
    if item.tags:
        say(f"  {', '.join(item.tags)}")
    if item.issue:
        say(f"  known issue: {item.issue}")
    for number, one in enumerate(item.conditions, 1):
        say(f"  {number} {one.condition}{f': {one.problem}' if one.problem else '' if one.sound else ': no sound'}")


def _hear(ear: Ear, shown: Shown, folder: Path, plays: tuple[str, ...]) -> None:
    from audiotest.audio.decode import wav_bytes
    from audiotest.report.by_ear.playing import play

    if not shown.sound:
        say(shown.problem or "no sound under this condition")
        return
    try:
        for i, wave in enumerate(ear.waveforms(shown.sound)):
            path = folder / f"{shown.sound}-{i}.wav"
            path.write_bytes(wav_bytes(wave))
            problem = play(plays, path) if plays else ""
            if problem:
                say(f"{problem}; --html FILE writes a page with the sounds, to be opened where there are speakers")
            else:
                say(f"{wave.seconds:.2f} s" if plays else f"{path}: {wave.seconds:.2f} s")
    except (OSError, ValueError, LookupError, RuntimeError) as error:
        say(f"it cannot be heard: {error}")
