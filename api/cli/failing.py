"""How a command fails: one line that says what happened, one with the remedy, and an exit code."""

from typing import Any

import typer
from typer.core import TyperGroup

from api.cli.output import tell
from knowledge.failures import Failure, Unavailable

OK = 0
FAILED = 1  # an expected failure: not found, a conflict, refused input, bad rows
UNAVAILABLE = 3  # a part we depend on does not answer, is damaged, or the port is taken
INTERRUPTED = 130
# 2 is the parser's own: an unknown option, a missing argument.


class Commands(TyperGroup):
    """The top-level group: the one place that turns failures into messages and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; expected failures, Ctrl-C and a closed pipe end without a traceback."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            complain(failure)
            raise typer.Exit(UNAVAILABLE if isinstance(failure, Unavailable) else FAILED) from None
        except KeyboardInterrupt:
            tell("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(OK) from None


def complain(failure: Failure) -> None:
    """Tell a failure and its remedy."""
    tell(f"error: {failure.message}")
    if failure.remedy:
        tell(f"  {failure.remedy}")
