"""The command ``audiotest``: everything but running suites, which is pytest's.

A command is a module of ``audiotest.commands``, so a new one is a new file.
"""

from __future__ import annotations

from typing import Any

import click

from audiotest import __version__, inert
from audiotest.registry import COMMANDS, unknown

_CHAPTERS = {
    "Suites": ("new", "validate", "listen", "watch", "show", "label-agreement", "import"),
    "Runs": ("report", "serve", "plot", "compare", "baseline", "items", "rescore", "export", "cite", "score"),
    "Models": ("models", "weights", "check-model", "doctor", "cache"),
}
"""The headings of the list of commands; others come last."""
_WHOLE = 400
"""Characters of a command's first sentence, which is shown whole."""


class _Commands(click.Group):
    """The group whose commands are the modules of a room; ``import_`` goes by ``import``."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(name.rstrip("_").replace("_", "-") for name in COMMANDS.names())

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        module = name.replace("-", "_")
        for candidate in (module, f"{module}_"):
            if candidate in COMMANDS:
                return COMMANDS.get(candidate).command
        return None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what they are about, each with its first sentence."""
        names = self.list_commands(context)
        rest = tuple(name for name in names if all(name not in chapter for chapter in _CHAPTERS.values()))
        for title, chapter in {**_CHAPTERS, "Other": rest}.items():
            listed = [(name, self.get_command(context, name)) for name in chapter if name in names]
            with formatter.section(title):
                formatter.write_dl([(name, one.get_short_help_str(_WHOLE)) for name, one in listed if one is not None])

    def invoke(self, context: click.Context) -> Any:
        """Run a command; what goes wrong is said in words that are only words."""
        try:
            return super().invoke(context)
        except click.ClickException as error:
            vars(error)["message"] = inert.text(error.message)
            raise

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, arguments)
        except click.UsageError:
            raise click.UsageError(unknown("command", arguments[0], self.list_commands(context)), context) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="audiotest")
def main() -> None:
    """Test models that listen.

    Suites are YAML files; pytest runs them:

    \b
      pytest suites/listening                      with the built-in listener
      pytest suites/ --model replay:answers.jsonl  with recorded predictions
      pytest suites/ --model NAME -n 4             with a model card, on four workers

    The commands below do the rest, such as:

    \b
      audiotest new suite kitchen                  a suite to start from
      audiotest models                             what --model can name
      pytest suites/kitchen.yaml --results out     run it, and keep the run
      audiotest report out --html report.html      look at it and listen to it
      audiotest compare old out                    what changed since another run

    `audiotest COMMAND --help` explains each.
    """


if __name__ == "__main__":
    main()
