"""The command ``audiotest``: everything but running suites, which is pytest's.

A command is a module of ``audiotest.commands``, so a new one is a new file.
"""

from __future__ import annotations

import click

from audiotest import __version__
from audiotest.registry import COMMANDS, unknown


class _Commands(click.Group):
    """The group whose commands are the modules of a room; ``import_`` goes by ``import``."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(name.rstrip("_").replace("_", "-") for name in COMMANDS.names())

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        module = name.replace("-", "_")
        for candidate in (module, f"{module}_"):
            if candidate in COMMANDS.names():
                command: click.Command = COMMANDS.get(candidate)
                return command
        return None

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

    The commands below do the rest. `audiotest COMMAND --help` explains each.
    """


if __name__ == "__main__":
    main()
