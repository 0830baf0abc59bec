"""Folders of customers' data: made when missing, readable by their owner alone."""

from pathlib import Path

from knowledge.failures import Unavailable


def make_private(folder: Path) -> None:
    """Make a folder (and those above it) unless it is there; a new one is closed to everybody else.

    Raises:
        Unavailable: it cannot be made, or something else stands in its place.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            "Set THREADLINE_DATA_DIR to a folder that you may write to.",
        ) from error
