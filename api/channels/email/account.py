"""The mail account of the settings: addresses of the servers, and what only we can write into a mail."""

import hashlib
import hmac
import ipaddress
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from api.sessions import secret_of
from knowledge.failures import Rejected
from knowledge.settings import Settings

PORTS = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}
_SIGNED = re.compile(r"^([0-9a-f]{32})\.([0-9a-f]{16})$")


@dataclass(frozen=True)
class Server:
    """One server: `tls` from the first byte, or `starttls`; neither only on this machine's own loopback."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted from the first byte."""
        return self.scheme in ("imaps", "smtps")

    @property
    def starttls(self) -> bool:
        """Whether it has to become encrypted before anything is said."""
        return not self.tls and not _is_loopback(self.host)


@dataclass(frozen=True)
class Account:
    """Our address and servers; `secret` signs ids, so that nobody can name a conversation that they were not sent."""

    address: str
    name: str
    imap: Server
    smtp: Server
    secret: bytes
    sent_folder: str = "Sent"
    authserv: str = ""
    plus: bool = True
    ca: str = ""
    max_bytes: int = 25_000_000

    @property
    def domain(self) -> str:
        """The domain of our address."""
        return self.address.rpartition("@")[2]

    @property
    def mark(self) -> str:
        """What our own mails carry in `X-Threadline`: it says nothing and nobody else can know it."""
        return self._sign("mark")

    def message_id(self, message: str) -> str:
        """Return the Message-ID of a message of ours: always the same one, without angle brackets."""
        return f"{message}.{self._sign(message)}@{self.domain}"

    def message_of(self, message_id: str) -> str | None:
        """Return the message that one of our own Message-IDs stands for."""
        local, _, domain = message_id.rpartition("@")
        return self._checked(local) if domain.lower() == self.domain else None

    def address_of(self, conversation: str) -> str:
        """Return the address of a conversation: our own, with a signed tag where the server takes tags."""
        if not self.plus:
            return self.address
        local, _, domain = self.address.partition("@")
        return f"{local}+{conversation}.{self._sign(conversation)}@{domain}"

    def conversation_of(self, address: str) -> str | None:
        """Return the conversation that an address of ours stands for."""
        local, _, domain = address.lower().partition("@")
        ours = self.address.partition("@")[0]
        if domain != self.domain or not local.startswith(f"{ours}+"):
            return None
        return self._checked(local.removeprefix(f"{ours}+"))

    def is_ours(self, address: str) -> bool:
        """Tell whether an address is our own, with or without a tag."""
        local, _, domain = address.lower().partition("@")
        return f"{local.partition('+')[0]}@{domain}" == self.address

    def context(self) -> ssl.SSLContext:
        """Return how certificates are checked."""
        return ssl.create_default_context(cafile=self.ca or None)

    def _sign(self, words: str) -> str:
        return hmac.new(self.secret, f"mail:{words}".encode(), hashlib.sha256).hexdigest()[:16]

    def _checked(self, signed: str) -> str | None:
        found = _SIGNED.match(signed.lower())
        return found[1] if found and hmac.compare_digest(self._sign(found[1]), found[2]) else None


def read_account(settings: Settings) -> Account | None:
    """Return the mail account, `None` when no address is set.

    Raises:
        Rejected: something of it is missing or malformed.
    """
    if not settings.mail_address:
        if settings.mail_imap or settings.mail_smtp:
            raise Rejected("Mail servers are set, but no address.", "Set THREADLINE_MAIL_ADDRESS.")
        return None
    address = settings.mail_address.strip().lower()
    if not re.fullmatch(r"[^@\s<>\"+]+@[^@\s<>\"]+", address):
        raise Rejected("THREADLINE_MAIL_ADDRESS is no mail address.", "Write support@shop.example.")
    if settings.mail_ca and not Path(settings.mail_ca).is_file():
        raise Rejected("THREADLINE_MAIL_CA is no file.", "Name a PEM file, or leave it empty.")
    return Account(
        address=address,
        name=settings.company,
        imap=_server("MAIL_IMAP", settings.mail_imap, settings.mail_imap_password.get_secret_value()),
        smtp=_server("MAIL_SMTP", settings.mail_smtp, settings.mail_smtp_password.get_secret_value()),
        secret=secret_of(settings).encode(),
        sent_folder=settings.mail_sent_folder,
        authserv=settings.mail_authserv.lower(),
        plus=settings.mail_plus,
        ca=settings.mail_ca,
        max_bytes=settings.mail_max_bytes,
    )


def _server(name: str, url: str, password: str) -> Server:
    kind = name.removeprefix("MAIL_").lower()
    try:
        parsed = urlsplit(url)
        port = parsed.port
    except ValueError:
        parsed, port = urlsplit(""), None
    if parsed.scheme not in (kind, f"{kind}s") or not parsed.hostname:
        raise Rejected(f"THREADLINE_{name} is no address of a server.", f"Write {kind}s://user@host.")
    if parsed.password:
        raise Rejected(f"THREADLINE_{name} holds a password.", f"Put it into THREADLINE_{name}_PASSWORD.")
    return Server(
        scheme=parsed.scheme,
        host=parsed.hostname,
        port=port or PORTS[parsed.scheme],
        user=unquote(parsed.username or ""),
        password=password,
        folder=unquote(parsed.path.strip("/")) or "INBOX",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
