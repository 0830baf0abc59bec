"""Attachments: files kept by the hash of their content, within limits, and forgotten with their customer."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from knowledge.customers.attachment_tables import BlobRow, FileRow
from knowledge.customers.entries import Attachment, Entry
from knowledge.customers.tables import PayloadRow
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, new_id
from knowledge.scope import Scope, within
from knowledge.settings import Settings

UNKNOWN = "application/octet-stream"
MOST_FILES = 20
# An upload that no message took.
LEFT_OVER = timedelta(days=1)
_TYPE = re.compile(r"^[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}$")
_NAME = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\]+")


@dataclass(frozen=True)
class Limits:
    """What is kept: up to so many bytes each, of these types (`image/*` means every image)."""

    max_bytes: int
    types: tuple[str, ...]

    def reason(self, media_type: str, size: int) -> str:
        """Return why a file is not kept, empty when it is."""
        if size > self.max_bytes:
            return f"larger than {self.max_bytes / 1e6:.0f} MB"
        main = media_type.partition("/")[0]
        if not any(one in (media_type, f"{main}/*") for one in self.types):
            return f"of a type that is not kept ({media_type})"
        return "" if size else "empty"


@dataclass(frozen=True)
class Kept:
    """A file and whom it belongs to."""

    attachment: Attachment
    customer: CustomerId | None
    conversation: ConversationId | None
    content: bytes


def limits_of(settings: Settings) -> Limits:
    """Return the limits of the settings."""
    types = tuple(one.strip().lower() for one in settings.attachment_types.split(",") if one.strip())
    return Limits(settings.attachment_max_bytes, types)


@dataclass(frozen=True)
class Given:
    """A file as it arrives: what it is called and said to be, and its content."""

    name: str
    media_type: str
    content: bytes


def keep(session: Session, scope: Scope, given: Given, limits: Limits, now: datetime, uploader: str = "") -> Attachment:
    """Keep a file; the same content is kept once.

    Raises:
        Rejected: it is too large, empty, or of a type that is not kept.
    """
    media_type, name = _media_type(given.media_type), _name(given.name)
    if reason := limits.reason(media_type, len(given.content)):
        raise Rejected(f"{name} is {reason}.", "Send another file.")
    digest = hashlib.sha256(given.content).hexdigest()
    if session.scalar(select(BlobRow.digest).where(BlobRow.digest == digest)) is None:
        session.add(BlobRow(digest=digest, content=given.content))
        session.flush()
    row = FileRow(
        id=new_id(),
        team=scope.team,
        brand=scope.brand,
        digest=digest,
        name=name,
        media_type=media_type,
        size=len(given.content),
        uploader=uploader,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _attachment(row)


def keep_all(
    session: Session, scope: Scope, files: Sequence[Given], limits: Limits, now: datetime
) -> tuple[Attachment, ...]:
    """Keep what may be kept; of the rest the name stays, and the reason."""
    told: list[Attachment] = []
    for number, given in enumerate(files[: MOST_FILES * 5]):
        media_type, size = _media_type(given.media_type), len(given.content)
        reason = "one of too many" if number >= MOST_FILES else limits.reason(media_type, size)
        if reason:
            told.append(Attachment("", _name(given.name), media_type, size, refused=reason))
        else:
            told.append(keep(session, scope, given, limits, now))
    return tuple(told)


def claim(session: Session, scope: Scope, ids: Iterable[str], uploader: str) -> tuple[Attachment, ...]:
    """Return uploads that their uploader sends now.

    Raises:
        NotFound: one is not there or somebody else's. (One that was sent is refused by `belong_to`.)
    """
    told = []
    for one in dict.fromkeys(ids):
        row = session.scalar(select(FileRow).where(within(scope, FileRow), FileRow.id == one).with_for_update())
        if row is None or not row.uploader or row.uploader != uploader:
            raise NotFound("There is no such upload.", "Upload the file again.")
        told.append(_attachment(row))
    return tuple(told)


def belong_to(session: Session, files: Iterable[Attachment], entry: Entry) -> None:
    """Say which message files went with.

    Raises:
        Conflict: one of them belongs to another message.
    """
    for one in files:
        row = session.get(FileRow, one.id) if one.id else None
        if row is None:
            continue
        if row.entry not in (None, entry.id):
            raise Conflict("A file was sent with another message.")
        row.customer, row.conversation, row.entry = entry.customer, entry.conversation, entry.id
    session.flush()


def drop(session: Session, files: Iterable[Attachment]) -> None:
    """Let go of files that no message took."""
    _delete(session, [one.id for one in files if one.id])


def read(session: Session, scope: Scope, file: str) -> Kept:
    """Return a file with its content.

    Raises:
        NotFound: there is none of this id.
    """
    found = session.execute(
        select(FileRow, BlobRow.content)
        .join(BlobRow, BlobRow.digest == FileRow.digest)
        .where(within(scope, FileRow), FileRow.id == file)
    ).first()
    if found is None:
        raise NotFound("There is no such file.")
    row, content = found
    customer, conversation = cast(CustomerId | None, row.customer), cast(ConversationId | None, row.conversation)
    return Kept(_attachment(row), customer, conversation, content)


def of_customers(session: Session, scope: Scope, records: Collection[CustomerId]) -> list[Kept]:
    """Return every file of these records, the oldest first."""
    ids = session.scalars(
        select(FileRow.id).where(within(scope, FileRow), FileRow.customer.in_(records)).order_by(FileRow.id)
    )
    return [read(session, scope, one) for one in ids]


def sweep(session: Session, scope: Scope, now: datetime) -> int:
    """Delete uploads that no message took, and files whose message has lost its words; returns how many."""
    gone = ~exists().where(PayloadRow.entry == FileRow.entry)
    unsent = FileRow.entry.is_(None) & (FileRow.created_at < now - LEFT_OVER)
    rows = session.scalars(
        select(FileRow.id).where(within(scope, FileRow), unsent | (FileRow.entry.is_not(None) & gone))
    )
    return _delete(session, list(rows))


def forget(session: Session, scope: Scope, person: Person) -> Mapping[str, int]:
    """Delete a person's files, and contents that nobody else has."""
    mine = within(scope, FileRow) & FileRow.customer.in_(list(person.records))
    return {"files": _delete(session, list(session.scalars(select(FileRow.id).where(mine))))}


ERASER = Eraser("knowledge.customers.attachments", frozenset({"files", "blobs"}), forget)


def _delete(session: Session, ids: list[str]) -> int:
    session.flush()
    digests = list(session.scalars(select(FileRow.digest).where(FileRow.id.in_(ids))))
    gone = delete_rows(session, FileRow, FileRow.id.in_(ids))
    used = exists().where(FileRow.digest == BlobRow.digest)
    session.execute(delete(BlobRow).where(BlobRow.digest.in_(digests), ~used))
    return gone


def _attachment(row: FileRow) -> Attachment:
    return Attachment(row.id, row.name, row.media_type, row.size, row.digest)


def _media_type(said: str) -> str:
    kind = said.partition(";")[0].strip().lower()
    return kind if _TYPE.match(kind) else UNKNOWN


def _name(said: str) -> str:
    name = _NAME.sub("_", said.encode("utf-8", "replace").decode()).strip(" .")
    return name[-150:] or "file"
