"""The commands that serve: `serve` and `demo`."""

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.failing import INTERRUPTED, OK
from api.cli.opening import load, now_utc
from api.cli.output import tell, write

if TYPE_CHECKING:
    from api.serving import OnReady
    from knowledge.settings import Settings

Host = Annotated[str | None, typer.Option(help="Address to listen on; default: THREADLINE_HOST.", show_default=False)]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="Port, 0 for any free one; default: THREADLINE_PORT.", show_default=False),
]


def serve(host: Host = None, port: Port = None) -> None:
    """Serve console, web chat and HTTP API.

    It runs until Ctrl-C.

    \b
    Example:
      threadline serve --port 8080
    """
    settings = _at(load(), host, port)
    tell("Starting …")
    _run(settings, _announce)


def demo(
    port: Port = None,
    host: Host = None,
    reset: Annotated[bool, typer.Option("--reset", help="Empty the demo's data folder first.")] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Load the demo company and stop.")] = False,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let other machines in, though everybody knows the passwords.")
    ] = False,
) -> None:
    """Load the demo company, an outdoor shop, and serve it.

    It loads in seconds and is skipped when it is loaded already. It refuses a database that holds anything else.

    \b
    Example:
      threadline demo --reset
    """
    from api.demo import chat_address, in_the_shops_name, load_demo, refuse_remote, reset_demo

    settings = in_the_shops_name(_at(load(), host, port))
    if not (no_serve or allow_remote):
        refuse_remote(settings)
    if reset:
        reset_demo(settings)
    report = load_demo(settings, now_utc(), tell)
    tell(report)
    if no_serve:
        return

    def announce(url: str) -> None:
        _announce(url)
        _tell_logins(chat_address(settings, url, now_utc()))

    _run(settings, announce)


def _at(settings: "Settings", host: str | None, port: int | None) -> "Settings":
    given = {"host": host, "port": port}
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


def _announce(url: str) -> None:
    write(f"Threadline answers at {url}")
    write(f"  agents:    {url}/console")
    write(f"  customers: {url}/chat")
    write("Ctrl-C stops it.")


def _tell_logins(link: str) -> None:
    from api.demo import LOGINS, PASSWORD

    write("\nLogins of the demo (everybody knows this password: never use it elsewhere)")
    for login in LOGINS:
        write(f"  {login.role:<8} {login.email:<34} {PASSWORD}")
    write(f"\nWrite as a customer (Maya Lindqvist):\n  {link}")


def _run(settings: "Settings", announce: "OnReady") -> None:
    from api.serving import Stopped
    from api.serving import serve as run

    try:
        run(settings, announce)
    except Stopped as stopped:
        tell("Stopped.")
        raise typer.Exit(INTERRUPTED if stopped.args == (signal.SIGINT,) else OK) from None
