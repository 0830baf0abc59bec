"""The expected failures: raised where the fact is known, with a message that is safe to show.

    Failure
    ├── NotFound      the thing asked for is not there (or not yours to see)
    ├── Conflict      it is there, but its state forbids the step
    ├── Rejected      the input or the caller is refused
    └── Unavailable   a part we depend on does not answer or is damaged

`api.failures` maps them to HTTP, `api.cli` to exit codes.
"""


class Failure(Exception):
    """An expected failure. `message` says what happened, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy


class NotFound(Failure):
    """The thing asked for is not there, or is not the caller's to see."""


class Conflict(Failure):
    """The thing is there, but its present state forbids the step."""


class Rejected(Failure):
    """The input or the caller is refused."""


class Unavailable(Failure):
    """A part we depend on does not answer, is not configured or is damaged."""
