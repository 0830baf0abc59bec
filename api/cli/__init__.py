"""The command line: `threadline …`. Its modules import what is heavy only inside the commands that need it."""

import os
import sys


def main() -> None:
    """Run the command line; the entry point of the `threadline` program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character is no failure
    from api.cli.app import app

    try:
        app(prog_name="threadline")
    finally:
        _flush()


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`threadline … | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
