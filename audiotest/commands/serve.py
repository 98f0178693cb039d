"""``audiotest serve``: the runs below a folder, in a browser."""

from __future__ import annotations

import errno
import secrets
import socket
from pathlib import Path

import click

from audiotest.commands._saying import say
from audiotest.counting import counted

_PORT = 8321
_TRIES = 200


@click.command("serve")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--root", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".", show_default=True,
              help="The folder that the runs' suites start from: sounds are found through them.")  # fmt: skip
@click.option("--open", "opens", is_flag=True, help="Open the page in a browser.")
def command(folder: Path, port: int, host: str, root: Path, opens: bool) -> None:
    """Show all runs below FOLDER in a browser: the list, each run's report, two runs beside each other, a suite's
    history, and a run that goes on.

    \b
      audiotest serve results/
      audiotest serve results/ --port 9000 --open

    It reads and never writes; nothing is asked of a model. The address holds a token that is new each time: who does
    not have it sees nothing. Sounds are made when they are listened to, from the suites below --root. Ctrl-C ends it.
    """
    try:
        import uvicorn

        from audiotest.serve.app import Server
    except ImportError as error:
        raise click.ClickException(
            f"`audiotest serve` needs the extra `serve` ({error.name} is not installed): pip install 'audiotest[serve]'"
        ) from None
    listening = _listen(host, port)
    token, server = secrets.token_urlsafe(16), Server(folder, root)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/{token}/"
    say(f"{counted(len(server.index.rows()), 'run')} below {folder}: {address}\nCtrl-C ends it")
    if host not in ("127.0.0.1", "localhost", "::1"):
        say(f"whoever can reach {host} and has the address can read these runs; nothing is encrypted", err=True)
    if opens:
        _open(address)
    # No log of requests: their addresses hold the token.
    settings = uvicorn.Config(server.app(token), log_level="warning", access_log=False, lifespan="off")
    try:
        uvicorn.Server(settings).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        server.desk.close()
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises click's error that names a port that is free, where this one is taken."""
    try:
        return _bound(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise click.ClickException(f"cannot listen on {host}, port {port}: {error.strerror or error}") from None
    free = next((p for p in range(port + 1, min(port + _TRIES, 65536)) if _is_free(host, p)), 0)
    raise click.ClickException(f"port {port} on {host} is taken; {free or 'any other'} is free: --port {free}")


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    one = socket.socket(family, kind, protocol)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(address)
        one.listen(128)
    except OSError:
        one.close()
        raise
    return one


def _is_free(host: str, port: int) -> bool:
    try:
        _bound(host, port).close()
    except OSError:
        return False
    return True


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        say("no browser was found here: open the address by hand", err=True)
