"""A mail server of the tests' own: Postfix takes mail on the loopback and lays it into Dovecot's mailboxes."""

import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from imap_tools import MailBoxUnencrypted
from pydantic import SecretStr

from knowledge.settings import Settings

PASSWORD = "a-word-for-the-tests"
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@dataclass(frozen=True)
class MailServer:
    """Where it listens. Every address at shop.example and mail.example has a mailbox.

    `imap` and `smtp` offer STARTTLS under the name `mail.shop.example`, whose certificate `ca` vouches for; `imaps` and
    `smtps` are encrypted from the first byte; `clear` is an SMTP server that has no TLS.
    """

    imap: int
    smtp: int
    imaps: int
    smtps: int
    clear: int
    ca: Path

    def post(self, sender: str, recipient: str, raw: bytes) -> None:
        """Hand a mail over, as any other server would."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as smtp:
            smtp.sendmail(sender, [recipient], raw)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """Start both once; root is needed for the accounts that they drop to."""
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    root = Path(tempfile.mkdtemp(prefix="threadline-mail-"))
    root.chmod(0o755)
    imap, imaps, lmtp, smtp, smtps, clear = (_free() for _ in range(6))
    ca = _certificates(root)
    dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(_dovecot(root, imap, imaps, lmtp))], **QUIET)
    postfix = _postfix(root, (smtp, smtps, clear), lmtp)
    subprocess.run(["postfix", "-c", str(postfix), "start"], check=True, timeout=60, **QUIET)
    try:
        for port in (imap, imaps, lmtp, smtp, smtps, clear):
            _wait(port)
        yield MailServer(imap, smtp, imaps, smtps, clear, ca)
    finally:
        subprocess.run(["postfix", "-c", str(postfix), "abort"], check=False, timeout=60, **QUIET)
        dovecot.terminate()
        dovecot.wait(20)
        shutil.rmtree(root, ignore_errors=True)


def with_account(settings: Settings, mail_server: MailServer, address: str) -> Settings:
    """Settings with the mailbox of that address as ours."""
    local = address.partition("@")[0]
    return settings.model_copy(
        update={
            "company": "Tarnfell Outdoor",
            "mail_address": address,
            "mail_imap": f"imap://{local}@127.0.0.1:{mail_server.imap}",
            "mail_imap_password": SecretStr(PASSWORD),
            "mail_smtp": f"smtp://127.0.0.1:{mail_server.smtp}",
        }
    )


def mails_of(mail_server: MailServer, address: str, least: int = 1, seconds: float = 30) -> list[EmailMessage]:
    deadline = time.monotonic() + seconds
    while True:
        with MailBoxUnencrypted("127.0.0.1", mail_server.imap).login(address.partition("@")[0], PASSWORD) as box:
            found = [message_from_bytes(one.obj.as_bytes(), policy=policy.default) for one in box.fetch()]
        if len(found) >= least:
            return found
        assert time.monotonic() < deadline, "the mail did not arrive"
        time.sleep(0.1)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the mail server did not start"
            time.sleep(0.05)


def _certificates(root: Path) -> Path:
    """Make an authority of the tests' own and a certificate for mail.shop.example; returns the authority's file."""
    folder = root / "tls"
    folder.mkdir(mode=0o755)
    (folder / "names").write_text("subjectAltName=DNS:mail.shop.example\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
    told = [
        ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority", "-days", "2"],
        ["req", *key, "-keyout", "mail.key", "-out", "mail.csr", "-subj", "/CN=mail.shop.example"],
        ["x509", "-req", "-in", "mail.csr", *by, "-days", "2", "-extfile", "names", "-out", "mail.pem"],
    ]
    for words in told:
        subprocess.run(["openssl", *words], cwd=folder, check=True, timeout=60, **QUIET)
    return folder / "ca.pem"


def _dovecot(root: Path, imap: int, imaps: int, lmtp: int) -> Path:
    folder, mail = root / "dovecot", root / "mail"
    folder.mkdir()
    mail.mkdir()
    account = pwd.getpwnam("dovecot")
    os.chown(mail, account.pw_uid, account.pw_gid)
    (folder / "dovecot.conf").write_text(f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{root}/tls/mail.pem
ssl_key = <{root}/tls/mail.key
disable_plaintext_auth = no
mail_location = maildir:{mail}/%n
recipient_delimiter = +
first_valid_uid = 1
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=dovecot gid=dovecot home={mail}/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
}}
""")
    return folder / "dovecot.conf"


def _postfix(root: Path, ports: tuple[int, int, int], lmtp: int) -> Path:
    folder, (smtp, smtps, clear) = root / "postfix", ports
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir(parents=True)
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    (folder / "etc/refused").write_text(
        "gone@mail.example 550 5.1.1 nobody of that name\nfull@mail.example 452 4.2.2 full\n"
    )
    (folder / "etc/transport").write_text("bounced@mail.example error:5.1.1 nobody of that name any more\n")
    (folder / "etc/main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.shop.example
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = shop.example, mail.example
virtual_mailbox_maps = static:x
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
recipient_delimiter = +
transport_maps = texthash:{folder}/etc/transport
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/etc/refused, permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
alias_maps =
default_transport = error:outside
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
notify_classes =
smtpd_tls_cert_file = {root}/tls/mail.pem
smtpd_tls_key_file = {root}/tls/mail.key
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
""")
    services = [f"127.0.0.1:{smtp} inet n - n - - smtpd"]
    services += [f"127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"]
    services += [f"127.0.0.1:{clear} inet n - n - - smtpd -o smtpd_tls_security_level=none"]
    services += [f"{name} unix n - n - 0 {name}" for name in ("cleanup",)]
    services += ["pickup unix n - n 60 1 pickup", "qmgr unix n - n 300 1 qmgr"]
    services += [f"{name} unix - - n - 0 bounce" for name in ("bounce", "defer", "trace")]
    services += [f"{name} unix - - n - - error" for name in ("error", "retry")]
    services += [f"{name} unix - - n - - {name}" for name in ("lmtp", "smtp", "proxymap")]
    services += ["rewrite unix - - n - - trivial-rewrite", "proxywrite unix - - n - 1 proxymap"]
    services += ["anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache", "verify unix - - n - 1 verify"]
    services += ["tlsmgr unix - - n 1000? 1 tlsmgr", "postlog unix-dgram n - n - 1 postlogd"]
    (folder / "etc/master.cf").write_text("\n".join(services) + "\n")
    return folder / "etc"
