"""Sending by SMTP: one mail, one connection; what the server said tells whether it left."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from api.channels.channel import NotTaken, Refused, Unsure
from api.channels.email.account import Account

SECONDS = 30.0
CHECK_SMTP = "Check THREADLINE_MAIL_SMTP and its password; `threadline doctor` tries them."


@contextmanager
def connected(account: Account) -> Iterator[smtplib.SMTP]:
    """Connect, encrypted and logged in.

    Raises:
        NotTaken: the server does not answer, or refuses us.
    """
    server = account.smtp
    smtp: smtplib.SMTP | None = None
    try:
        if server.tls:
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=account.context())
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
            if server.starttls:
                smtp.starttls(context=account.context())
        if server.user:
            smtp.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError as error:
        _close(smtp)
        raise NotTaken(f"The mail server refuses our login ({error.smtp_code}).", CHECK_SMTP) from error
    except (smtplib.SMTPException, OSError) as error:
        _close(smtp)
        raise NotTaken(f"The mail server does not answer ({type(error).__name__}).", CHECK_SMTP) from error
    try:
        yield smtp
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()


def _close(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()


def send(account: Account, mail: EmailMessage) -> None:
    """Hand a mail to the server, with a copy to ourselves that proves it: both are taken or neither.

    Raises:
        Refused, NotTaken, Unsure: it was not taken, or nobody can tell.
    """
    data = mail.as_bytes()
    with connected(account) as smtp:
        try:
            smtp.ehlo_or_helo_if_needed()
            _expect(smtp.mail(account.address, [f"size={len(data)}"] if smtp.has_extn("size") else []))
            _expect(smtp.rcpt(str(mail["To"])))
            _expect_proof(smtp.rcpt(account.address))
        except (smtplib.SMTPException, OSError) as error:
            raise NotTaken(f"The mail server broke off ({type(error).__name__}).") from error
        try:
            answer = smtp.data(data)
        except smtplib.SMTPDataError as error:  # it did not want the text at all
            answer = (error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure(f"The mail server broke off while it took the mail ({type(error).__name__}).") from error
        _expect(answer)


def _expect(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if 200 <= code < 300:
        return
    words = " ".join(said.decode("utf-8", "replace").split())[:300]
    if code >= 500:
        raise Refused(f"The mail server refuses it: {code} {words}".strip())
    raise NotTaken(f"The mail server wants it later: {code} {words}".strip())


def _expect_proof(answer: tuple[int, bytes]) -> None:
    if not 200 <= answer[0] < 300:
        remedy = "It must take mail for THREADLINE_MAIL_ADDRESS: the copy proves that a mail left."
        raise NotTaken(f"The mail server does not take mail for our own address ({answer[0]}).", remedy)
