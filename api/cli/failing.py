"""How a command fails: one line that says what happened, one with the remedy, and an exit code."""

import sys
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
        """Run the command; expected failures, unusable files, Ctrl-C and a closed pipe end without a traceback."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            complain(failure)
            raise typer.Exit(UNAVAILABLE if isinstance(failure, Unavailable) else FAILED) from None
        except _database_errors() as error:
            from knowledge.database import away

            complain(away(error))
            raise typer.Exit(UNAVAILABLE) from None
        except KeyboardInterrupt:
            tell("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(OK) from None
        except OSError as error:
            if error.filename is None:
                raise
            tell(f"error: {error.filename}: {error.strerror}.")
            tell("  Look at the path, and whether it may be read and written by you.")
            raise typer.Exit(FAILED) from None


def _database_errors() -> tuple[type[Any], ...]:
    """What SQLAlchemy raises when the database is busy or gone; nothing while no command has needed it."""
    known = sys.modules.get("sqlalchemy.exc")
    return (known.OperationalError,) if known else ()


def complain(failure: Failure) -> None:
    """Tell a failure and its remedy."""
    tell(f"error: {failure.message}")
    if failure.remedy:
        tell(f"  {failure.remedy}")
