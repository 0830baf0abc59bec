"""A small company for trying the bot: a library, agents, rules and a certificate, and one customer who asks."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.bot import Bot, Load
from assistant.suggest import open_assistant
from evals.bot.interleavings import ADDRESS, Story
from evals.datasets.collections import Document
from evals.retrieval.library import Making, open_library
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers import inbox
from knowledge.customers.inbox import Incoming
from knowledge.staff.people import NewStaff, add_staff

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AGENT, COLLEAGUE = "sara@example.com", "imran@example.com"
ARTICLES = (
    Document(
        "returns",
        "Returning an item",
        "Unworn boots can be returned within 30 days of delivery. Keep the receipt and the box. "
        "Worn boots cannot be returned.",
    ),
    Document(
        "shipping",
        "Delivery times",
        "Standard delivery takes three to five working days. Express delivery takes one working day.",
    ),
    Document("cards", "Gift cards", "Gift cards are valid for three years. They cannot be exchanged for cash."),
    Document("tents", "Caring for your tent", "Dry the tent before storing it. Never wash it in a machine."),
)


@contextmanager
def open_story(folder: Path) -> Iterator[Story]:
    """Prepare the record that orders of steps are played on."""
    with (
        tempfile.TemporaryDirectory() as place,
        open_library(Path(place), ARTICLES, Making(), AT) as library,
    ):
        with library.database.write() as session:
            scope = library.scope
            add_staff(session, scope, NewStaff(AGENT, "Sara", "agent"), AT)
            add_staff(session, scope, NewStaff(COLLEAGUE, "Imran", "agent"), AT)
            rules.set_rule(session, scope, Rule(mode="always"), AT)
            rules.certify(session, scope, Certified(0.05, 0.95, 0.05, 200, 100, 0, "the trial", "trial"), AT)
            asked = Incoming("chat", ADDRESS, "How many days do I have to return unworn boots?", AT)
            conversation = inbox.receive(session, scope, asked, AT).conversation
        assert conversation is not None
        file = folder / "begun.db"
        with closing(sqlite3.connect(library.settings.data_dir / "threadline.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(file),))
        assistant = open_assistant(library.settings, library.search)
        try:
            bot = Bot(assistant, lambda _queue, _now: Load(True, 600.0), "Tarnfell")
            second = "Also, how long does standard delivery take?"
            yield Story(file, bot, conversation, AGENT, second, AT + timedelta(seconds=1), COLLEAGUE)
        finally:
            assistant.close()
