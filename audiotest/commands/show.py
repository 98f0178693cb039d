"""``audiotest show``: one trial exactly as the model gets it."""

from __future__ import annotations

from pathlib import Path

import click

from audiotest.commands._saying import say


@click.command("show")
@click.argument("nodeid")
@click.option("--seed", type=int, default=0, show_default=True, help="The run's seed.")
@click.option("--wav", type=click.Path(path_type=Path), help="Write the clip as heard to this file (several: -1, -2).")
@click.option(
    "--rate",
    type=click.IntRange(min=1),
    help="Resample to this rate, as a model at that rate hears it (default: the file's).",
)
def command(nodeid: str, seed: int, wav: Path | None, rate: int | None) -> None:
    """Print the prompt of a trial as it is sent, and write its sound under the condition.

    NODEID is a test's id, FILE::CONDITION::CASE, or FILE::CASE for the case as written.

    \b
      audiotest show "suites/listening/pitch.yaml::noise(snr_db=20)::higher-01" --wav heard.wav
    """
    from audiotest.audio.decode import wav_bytes
    from audiotest.declare.condition import ConditionError, parse_one
    from audiotest.declare.problems import SuiteError
    from audiotest.declare.suite import load
    from audiotest.declare.trial import Trial, present, prompt_of
    from audiotest.models.protocol import Unsupported
    from audiotest.predict.sound import Sounds
    from audiotest.registry import unknown
    from audiotest.types import Needs, NotApplicable

    file, *rest = nodeid.split("::")
    if len(rest) not in (1, 2):
        raise click.UsageError(f"{nodeid!r} is no FILE::CONDITION::CASE")
    named, condition = rest[-1], rest[0] if len(rest) == 2 else "original"
    try:
        if not Path(file).exists():
            raise click.ClickException(f"there is no {file} here: a node id begins with the suite's file")
        suite = load(Path(file) / "suite.yaml" if Path(file).is_dir() else file)
        cases = {case.id: case for case in suite.cases}
        if named not in cases:
            raise click.ClickException(unknown("case", named, list(cases)))
        trial = Trial(suite, cases[named], parse_one(condition), "recorded")
        view = present(trial, seed)
        say(prompt_of(trial, view))
        right = " / ".join(view.answers) or view.answer
        for name, sound_name in zip(view.choices, view.sounds, strict=False):
            say(f"{name}: {sound_name}" if sound_name else name, err=True)
        say(f"\nright: {right}" if right is not None else "\nno right option", err=True)
        if not view.audio:
            say("no audio part", err=True)
            return
        if wav is not None:
            sounds = Sounds(Needs(sample_rate=rate), seed).waveforms(trial, view.clips)
            for i, sound in enumerate(sounds, 1):
                target = wav if len(sounds) == 1 else wav.with_stem(f"{wav.stem}-{i}")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wav_bytes(sound))
                say(f"{target}: {sound.seconds:.2f} s, {sound.rate} Hz, {sound.channels} channels", err=True)
    except BrokenPipeError:  # `| head` has seen enough: click ends quietly
        raise
    except (SuiteError, ConditionError, NotApplicable, Unsupported, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
