"""The command of calls: `transcript`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, write, write_json
from knowledge.failures import Rejected


def transcript(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="WebVTT, or JSON.", show_default=False)],
    handle: Annotated[
        str, typer.Option(metavar="KIND:VALUE", help="The customer's address: phone:+44…, email:…", show_default=False)
    ],
    at: Annotated[str, typer.Option(metavar="TIME", help="When it began: ISO 8601 with a zone.", show_default=False)],
    speaker: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=WHO", help="Who a label is: customer, or a colleague's address; repeatable."),
    ] = None,
    medium: Annotated[Literal["phone", "video"], typer.Option(help="What kind of call it was.")] = "phone",
    as_json: AsJson = False,
) -> None:
    """Bring in the transcript of a call.

    The call is known by its file's name without the ending: a transcript that grew is told again, and what is new of
    it is stored. The customer's utterances are messages like any other.

    \b
    Example:
      threadline transcript call-17.vtt --handle phone:+447700900223 --at 2026-11-20T09:00:00Z --speaker Maya=customer
    """
    from api.importers.importing import ImportOptions, import_events
    from api.importers.transcripts import read_transcript

    row = {
        "type": "call",
        "id": file.stem,
        "medium": medium,
        "at": at,
        "handle": _handle(handle),
        "speakers": dict(_named(one) for one in speaker or ()),
        "utterances": read_transcript(_text(file)),
    }
    with open_record() as record:
        options = ImportOptions(record.settings.max_message_chars)
        report = import_events(record.database, record.scope, [row], now_utc(), options=options)
    if report.bad:
        raise Rejected(f"{file}: {report.bad[0].reason}", "Correct it and say it again.")
    count = len(row["utterances"])
    if as_json:
        write_json({"call": file.stem, "utterances": count, "new": bool(report.added["call"])})
    else:
        write(
            f"{file.stem}: {count} utterances, {'stored' if report.added['call'] else 'known before; new ones stored'}"
        )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise Rejected(f"{file} is no file of UTF-8 text that can be read.", "Name a WebVTT or JSON file.") from error


def _handle(given: str) -> dict[str, Any]:
    kind, colon, value = given.partition(":")
    if not colon:
        raise Rejected(f"--handle {given} names no kind.", "Write phone:+447700900223 or email:maya@mail.example.")
    return {"kind": kind, "value": value}


def _named(given: str) -> tuple[str, str]:
    label, _, who = given.rpartition("=")
    if not label or not who:
        raise Rejected(f"--speaker {given} is no LABEL=WHO.", "Write Maya=customer or Kim=kim@shop.example.")
    return label, who
