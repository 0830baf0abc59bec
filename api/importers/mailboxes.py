"""mbox files and Maildir folders: mails in threads, one after the other, however hostile."""

import mailbox
from collections.abc import Callable, Iterator
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path

from api.importers.mail import Envelope, envelope_of, row_of
from api.importers.rows import Unreadable
from api.importers.sources import Numbered, Options, Source
from knowledge.failures import Rejected

MAX_MAIL_BYTES = 50_000_000
MAX_HEAD_BYTES = 200_000
_GENERATIONS = 1_000


Box = mailbox.mbox | mailbox.Maildir


class Mails:
    """The mails of a mailbox. It is read twice: once for who answers whom, once for the words."""

    def __init__(self, name: str, box: Callable[[], Box], options: Options) -> None:
        self.name = name
        self._open = box
        self._options = options
        self._parents: dict[str, str] = {}

    def __iter__(self) -> Iterator[Numbered]:
        with closing(self._open()) as box:
            for key in box.iterkeys():
                head = _head(_read(box, key, MAX_HEAD_BYTES))
                own = envelope_of(message_from_bytes(head, policy=policy.compat32), head)
                if own.answers:
                    self._parents.setdefault(own.id, own.answers[0])
            for number, key in enumerate(box.iterkeys(), start=1):
                yield number, self._row(_read(box, key, MAX_MAIL_BYTES + 1))

    def total(self) -> int | None:
        """Return how many mails there are."""
        with closing(self._open()) as box:
            return len(box)

    def _row(self, raw: bytes) -> "Unreadable | dict[str, object]":
        try:
            if len(raw) > MAX_MAIL_BYTES:
                raise Rejected(f"the mail is larger than {MAX_MAIL_BYTES:,} bytes")
            mail = message_from_bytes(raw, policy=policy.compat32)
            envelope = envelope_of(mail, raw)
            return dict(row_of(mail, envelope, self._root(envelope), self._options))
        except Rejected as failure:
            return Unreadable(str(failure), raw[:MAX_HEAD_BYTES])
        except RecursionError:
            return Unreadable("the mail is nested too deeply", raw[:MAX_HEAD_BYTES])

    def _root(self, envelope: Envelope) -> str:
        """The id that the thread began with, as far as this mailbox knows; a circle ends where it began."""
        root, seen = envelope.answers[0] if envelope.answers else envelope.id, {envelope.id}
        while root in self._parents and root not in seen and len(seen) < _GENERATIONS:
            seen.add(root)
            root = self._parents[root]
        return root if root not in seen else min(seen)


def _read(box: Box, key: str, most: int) -> bytes:
    with box.get_file(key) as stream:
        return bytes(stream.read(most))


def _head(raw: bytes) -> bytes:
    """The headers, or as much of them as was read."""
    end = min((at for at in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if at >= 0), default=len(raw))
    return raw[: end + 1]


def open_mbox(path: Path, options: Options) -> Source:
    """Open an mbox file."""
    with path.open("rb") as stream:
        begins = stream.read(5)
    if begins not in {b"", b"From "}:
        raise Rejected(f"{path} is no mbox file: it does not begin with “From ”.", "Export the mailbox as mbox.")
    return Mails(str(path), lambda: mailbox.mbox(path, create=False), _checked(options))


def open_maildir(path: Path, options: Options) -> Source:
    """Open a Maildir folder."""
    if not all((path / folder).is_dir() for folder in ("cur", "new")):
        raise Rejected(f"{path} is no Maildir: it has no folders cur and new.", "Name the folder that holds them.")
    return Mails(str(path), lambda: mailbox.Maildir(path, create=False), _checked(options))


def _checked(options: Options) -> Options:
    if not options.ours:
        raise Rejected(
            "Which addresses are yours is not said, so nobody can tell customers from colleagues.",
            "Say --ours support@shop.example, or --ours @shop.example for all of a domain.",
        )
    return options
