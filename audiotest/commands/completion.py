"""``audiotest completion``: the Tab key in a shell."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print what makes SHELL complete audiotest's commands, options, models, benchmarks and scorers.

    \b
      bash   eval "$(audiotest completion bash)"        in ~/.bashrc
      zsh    eval "$(audiotest completion zsh)"         in ~/.zshrc
      fish   audiotest completion fish | source         in ~/.config/fish/config.fish

    pytest completes its own options, audiotest's among them, through argcomplete (see pytest's documentation).
    """
    from click.shell_completion import get_completion_class

    completion_class = get_completion_class(shell)
    assert completion_class is not None
    click.echo(completion_class(context.find_root().command, {}, "audiotest", "_AUDIOTEST_COMPLETE").source())
