"""Every room's eraser in one place, and what each table and file holds: personal data has somebody who deletes it."""

from datetime import datetime
from typing import Any

from knowledge.customers import attachments, codes, erasure, outbox, presence, resumes
from knowledge.customers.erasure import Wish
from knowledge.database import Database
from knowledge.erasing import Eraser
from knowledge.library import lessons
from knowledge.scope import Scope
from knowledge.work import letters

# In this order: who points at customers goes before them.
ERASERS: tuple[Eraser, ...] = (
    letters.ERASER,
    lessons.ERASER,
    attachments.ERASER,
    outbox.ERASER,
    resumes.ERASER,
    codes.ERASER,
    presence.ERASER,
    erasure.ERASER,
)

# Tables without a customer's data, and why. A table that is neither here nor an eraser's fails a test.
IMPERSONAL: dict[str, str] = {
    "articles": "what the company wrote for everybody",
    "passages": "pieces of articles",
    "vectors": "of passages, by the digest of their text",
    "library_state": "a number",
    "library_sources": "where articles come from, and what became of them",
    "staff": "colleagues, not customers",
    "trainings": "colleagues' exercises with made-up customers",
    "mailings": "which colleague gets which report",
    "staff_states": "when colleagues were there",
    "pulses": "how content colleagues are, without names",
    "pulses_given": "which colleagues answered",
    "sync_lags": "how late entries reached readers, counted",
    "logins": "hashes of colleagues' tokens; a customer's session is a handle and goes with it",
    "work_cursors": "numbers of entries",
    "work_workers": "names of processes",
    "work_revivals": "names of pieces of work, by ids of entries",
    "bot_rules": "how the company lets the bot work, and which colleague set it",
    "bot_certificates": "counts of labelled answers",
    "bot_spend": "counts by day",
    "suppressions": "keyed hashes; kept so that nobody is imported again unnoticed",
    "suppression_keys": "a random key",
}

# Everything Threadline keeps in the data folder: the database follows from the tables above.
FILES: dict[str, str] = {
    "threadline.db": "the tables; rewritten after an erasure (SQLite)",
    "threadline.db-wal": "its write-ahead log; emptied after an erasure",
    "threadline.db-shm": "page numbers of the log",
    "work.db": "waiting work by ids of entries: no words and no addresses (PostgreSQL: schema threadline_work)",
    "work.db-wal": "its write-ahead log",
    "work.db-shm": "page numbers of that log",
    "crawl": "pages of help centres as they were read, so that only changes are fetched",
    "indexes": "passages of the library in Chroma and tantivy",
    "secret": "a random key",
    "routing.json": "counts of how conversations ended, by colleague, topic and channel",
    "demo.json": "that this folder is the demo's",
}


def uncovered(tables: set[str]) -> set[str]:
    """Return the tables of which nobody said whether they hold personal data."""
    return tables - set(IMPERSONAL) - {table for eraser in ERASERS for table in eraser.tables}


def forget(database: Database, scope: Scope, wish: Wish, now: datetime) -> dict[str, Any]:
    """Erase a person in every room, make it unreadable on disk, and return the certificate.

    Raises:
        NotFound: there is no such customer.
        Conflict: a legal hold stands.
        Unavailable: they are erased, but the file could not be written anew; asking again tries that again.
    """
    with database.write() as session:
        told = erasure.erase(session, scope, wish, ERASERS, now)
    scrub(database)
    return told


def scrub(database: Database) -> None:
    """Make unreadable on disk what was deleted from tables with personal data."""
    database.scrub({table for eraser in ERASERS for table in eraser.tables})
