"""The mailbox by IMAP: new mails after a mark, and whether a mail of ours is there."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from api.channels.email.account import Account, Server
from knowledge.failures import Unavailable

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

SECONDS = 30.0
CHECK_IMAP = "Check THREADLINE_MAIL_IMAP and its password; `threadline doctor` tries them."


@dataclass(frozen=True)
class Fetched:
    """A mail of the mailbox; `whole` is false when it is too large and only its headers were read."""

    uid: int
    raw: bytes
    whole: bool


class Mailbox:
    """An open folder of the account."""

    def __init__(self, box: "BaseMailBox", account: Account) -> None:
        self._box, self._account = box, account
        self._client: Any = box.client

    @property
    def validity(self) -> int:
        """The number under which the server's numbers of mails hold; another one means that all are new."""
        return int(self._box.folder.status(self._account.imap.folder, ["UIDVALIDITY"])["UIDVALIDITY"])

    def uids_after(self, uid: int) -> list[int]:
        """Return the numbers of the mails after one, in their order."""
        # "n:*" always names the last mail, even when its number is below n.
        return sorted(found for one in self._box.uids(f"UID {uid + 1}:*") if (found := int(one)) > uid)

    def last_before(self, day: date) -> int:
        """Return the number after which everything came in on this day or later."""
        since = [int(one) for one in self._box.uids(f"SINCE {day:%d-}{_MONTHS[day.month - 1]}{day:-%Y}")]
        if since:
            return min(since) - 1
        everything = [int(one) for one in self._box.uids("ALL")]
        return max(everything, default=0)

    def fetch(self, uid: int) -> Fetched | None:
        """Read a mail without marking it; `None` when it is gone."""
        size = self._fetch(uid, "(RFC822.SIZE)")
        if size is None:
            return None
        number = int(size.rpartition(b"RFC822.SIZE ")[2].split(b")")[0].split()[0])
        whole = number <= self._account.max_bytes
        raw = self._fetch(uid, "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])")
        return Fetched(uid, raw, whole) if raw is not None else None

    def holds(self, message_id: str) -> bool:
        """Tell whether a mail of this Message-ID is in the folder, or among those that were put away."""
        if self._box.uids(f'HEADER Message-ID "<{message_id}>"', charset=None):
            return True
        if not self._account.sent_folder or not self._box.folder.exists(self._account.sent_folder):
            return False
        self._box.folder.set(self._account.sent_folder)
        try:
            return bool(self._box.uids(f'HEADER Message-ID "<{message_id}>"', charset=None))
        finally:
            self._box.folder.set(self._account.imap.folder)

    def put_away(self, uid: int) -> None:
        """Move a copy of our own mail to the folder of sent ones."""
        folder = self._account.sent_folder
        if not folder or folder == self._account.imap.folder:
            return
        if not self._box.folder.exists(folder):
            self._box.folder.create(folder)
        self._box.move([str(uid)], folder)

    def _fetch(self, uid: int, what: str) -> bytes | None:
        kind, data = self._client.uid("FETCH", str(uid), what)
        if kind != "OK":
            raise Unavailable("The mail server does not give a mail out.", CHECK_IMAP)
        for piece in data:
            if isinstance(piece, tuple):
                return bytes(piece[1])
            if isinstance(piece, bytes) and b"RFC822.SIZE" in piece:
                return piece
        return None


@contextmanager
def open_mailbox(account: Account) -> Iterator[Mailbox]:
    """Connect, log in and open the folder.

    Raises:
        Unavailable: the server does not answer, refuses us, or breaks off.
    """
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
    from imap_tools.errors import ImapToolsError

    server = account.imap
    box: BaseMailBox
    try:
        if server.tls:
            box = MailBox(server.host, server.port, timeout=SECONDS, ssl_context=account.context())
        elif server.starttls:
            box = MailBoxStartTls(server.host, server.port, timeout=SECONDS, ssl_context=account.context())
        else:
            box = MailBoxUnencrypted(server.host, server.port, timeout=SECONDS)
        with _logged_in(box, server) as opened:
            yield Mailbox(opened, account)
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise Unavailable(f"The mailbox cannot be read ({type(error).__name__}).", CHECK_IMAP) from error
    except OSError as error:
        raise Unavailable(f"The mail server does not answer ({type(error).__name__}).", CHECK_IMAP) from error


def _logged_in(box: "BaseMailBox", server: Server) -> "BaseMailBox":
    from imap_tools.errors import ImapToolsError

    try:
        return box.login(server.user, server.password, initial_folder=server.folder)
    except (imaplib.IMAP4.error, ImapToolsError, OSError):
        with suppress(OSError):
            box.client.shutdown()
        raise


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
