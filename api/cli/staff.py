"""The commands of the staff: `users add`, `users leave`, `users list`, `users profiles` and `users token`."""

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from knowledge.failures import Rejected

users = typer.Typer(help="Colleagues and their logins.", no_args_is_help=True, rich_markup_mode=None)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The colleague's e-mail address.", show_default=False)]


@users.command("add")
def add(
    email: Email,
    role: Annotated[Literal["agent", "manager", "admin"], typer.Option(help="What they may do.")] = "agent",
    name: Annotated[str, typer.Option(help="Their name; default: the part before the @.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add a colleague, or set a new role, name and password for one who is there.

    Without --password-stdin a password is made and shown once; it cannot be shown again.

    \b
    Example:
      threadline users add kim@example.com --role manager --name 'Kim Lee'
    """
    from knowledge.staff.people import NewStaff, add_staff

    password = _read_password() if password_stdin else secrets.token_urlsafe(12)
    with open_record() as record, record.database.write() as session:
        new = NewStaff(email, name or email.partition("@")[0], role, password)
        staff = add_staff(session, record.scope, new, now_utc())
    told = {"email": staff.email, "name": staff.name, "role": staff.role}
    if not password_stdin:
        told["password"] = password
    if as_json:
        write_json(told)
        return
    write(f"{staff.name} <{staff.email}> can log in as {staff.role}.")
    if not password_stdin:
        write(f"Password: {password}")
        tell("This password is shown once. Pass it on safely.")


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Rejected("There is no password on standard input.", "For example: `pass show threadline | threadline …`.")
    return password


@users.command("leave")
def leave(email: Email, as_json: AsJson = False) -> None:
    """Note that a colleague left: their logins and tokens end at once, what they wrote stays.

    `users add` takes them on again.

    \b
    Example:
      threadline users leave kim@example.com
    """
    from knowledge.staff.people import end_staff

    with open_record() as record, record.database.write() as session:
        staff = end_staff(session, record.scope, email, now_utc())
    if as_json:
        write_json({"email": staff.email, "name": staff.name, "left": staff.left.isoformat() if staff.left else None})
    else:
        write(f"{staff.name} <{staff.email}> left; every login and token of theirs has ended.")


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List all colleagues.

    \b
    Example:
      threadline users list --json
    """
    from knowledge.staff.people import list_staff

    with open_record() as record, record.database.read() as session:
        staff = list_staff(session, record.scope)
    if as_json:
        write_json(
            [
                {
                    "email": one.email,
                    "name": one.name,
                    "role": one.role,
                    "can_log_in": one.can_log_in,
                    "active": one.active,
                }
                for one in staff
            ]
        )
        return
    write_table(
        ("e-mail", "name", "role", "can log in"),
        [(one.email, one.name, one.role, "yes" if one.can_log_in and one.active else "no") for one in staff],
    )
    if not staff:
        tell("There is nobody yet: `threadline users add EMAIL --role admin` adds the first.")


@users.command("profiles")
def profiles(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A YAML file of profiles by e-mail address.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write down what colleagues know, when they work and how much they take on; without a file, show it.

    What is shown is such a file: keep it, change it, give it back. A profile in it replaces the whole one that was
    there; colleagues it does not name stay as they are. Nothing counts when anything in it is wrong.

    \b
    Example:
      threadline users profiles > staff.yaml
    """
    import yaml

    from handoff.agents.profiles import read_profiles
    from knowledge.staff.people import list_staff, set_profile

    given = read_profiles(file) if file else {}
    with open_record() as record:
        with record.database.write() as session:
            for email, profile in given.items():
                set_profile(session, record.scope, email, profile)
        with record.database.read() as session:
            known = {one.email: dict(one.profile) for one in list_staff(session, record.scope) if one.active}
    if file:
        known = {email: profile for email, profile in known.items() if email in given}
    if as_json:
        write_json(known)
    elif file:
        write(f"{len(given)} profiles are kept: " + ", ".join(given) if given else "The file names nobody.")
    else:
        write(yaml.safe_dump(known, allow_unicode=True, sort_keys=False), end="")


@users.command("token")
def token(
    email: Email,
    label: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Days until it expires.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Print a token with which a program calls the API as this colleague.

    The token is shown once; only its hash is kept.

    \b
    Example:
      threadline users token kim@example.com --label 'nightly import' --days 30
    """
    from knowledge.staff.logins import issue_token

    now, lasts = now_utc(), timedelta(days=days)
    with open_record() as record, record.database.write() as session:
        issued = issue_token(session, record.scope, email, label[:100], now, lasts)
    if as_json:
        write_json({"token": issued, "expires_at": (now + lasts).isoformat()})
    else:
        write(issued)
