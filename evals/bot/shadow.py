"""Shadow: the demo company's history again, message by message; what the bot would have said beside what people said.

Each customer message is received at its time; before the answer that followed it is stored, the bot looks in shadow.
The library is today's: what the company knew then is not kept. A demo, no evidence.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.bot import Bot, Load, attend
from assistant.sentences import content_words
from assistant.suggest import open_assistant
from evals.datasets.collections import folder, read_lines
from evals.datasets.tarnfell import DemoKey
from evals.figures import Figure, digest, figure
from evals.intervals import mean_interval
from evals.retrieval.library import private_settings
from knowledge.bot import rules
from knowledge.bot.rules import Rule
from knowledge.customers import inbox
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.database import Database, open_database
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, CustomerId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from retrieval.embedding import open_embedder
from retrieval.search import open_search

SEED = 20261125
BOT = "bot"
Say = Callable[[str], None]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """What the bot would have done at one message, and what a person said next."""

    conversation: str
    action: str
    reason: str
    bot: str
    person: str

    @property
    def alike(self) -> float:
        """The share of the person's words of meaning (by stem) that the bot's text holds."""
        wanted = set(content_words(self.person))
        return len(wanted & set(content_words(self.bot))) / len(wanted) if wanted else 0.0


class Replay:
    """Plays a history into a record of its own and asks the bot at each turn."""

    def __init__(self, database: Database, bot: Bot) -> None:
        self.database, self.scope, self.bot = database, Scope(), bot
        self.customers: dict[str, CustomerId] = {}
        self.conversations: dict[str, ConversationId] = {}
        self.pairs: list[Pair] = []

    def play(self, row: Row) -> None:
        """Play one line of the history; lines that are no words and no status are passed over."""
        at = datetime.fromisoformat(row["at"])
        if row["type"] == "message" and row["direction"] == "in":
            self._receive(row, at)
        elif row["type"] == "message" and row["conversation"] in self.conversations:
            self._answer(row, at)
        elif row["type"] == "status" and row["conversation"] in self.conversations:
            with self.database.write() as session:
                known = self.conversations[row["conversation"]]
                inbox.set_status(session, self.scope, known, row["status"], row.get("author", BOT), at)

    def _receive(self, row: Row, at: datetime) -> None:
        handle = Handle(row["handle"]["kind"], row["handle"]["value"])
        with self.database.write() as session:
            if row["customer"] not in self.customers:
                new = NewCustomer(row["customer"], row["customer"])
                self.customers[row["customer"]] = save_customer(session, self.scope, new, at)
            incoming = Incoming(
                row["channel"],
                handle,
                row["text"],
                at,
                external_id=row["id"],
                conversation_key=row["conversation"],
                public=bool(row.get("public")),
                customer=self.customers[row["customer"]],
            )
            found = inbox.receive(session, self.scope, incoming, at).conversation
        assert found is not None
        self.conversations[row["conversation"]] = found

    def _answer(self, row: Row, at: datetime) -> None:
        conversation = self.conversations[row["conversation"]]
        if row["author"] != BOT:
            decided = attend(self.bot, self.database, self.scope, conversation, at - timedelta(seconds=1))
            if decided is not None:
                self.pairs.append(Pair(row["conversation"], decided.action, decided.reason, decided.text, row["text"]))
        with self.database.write() as session:
            inbox.reply(session, self.scope, Reply(conversation, row["text"], row["author"], row["id"], at=at), at)


def replayed(key: DemoKey, events: Path, now: datetime) -> list[Pair]:
    """Play the whole history with the bot in shadow.

    Raises:
        Rejected: a line of it cannot be played.
    """
    with tempfile.TemporaryDirectory() as place:
        settings = private_settings(Path(place))
        database, scope, embedder = open_database(settings.database), Scope(), open_embedder(settings)
        internal = VisibilityRules(internal=("path:*internal/*",), default="public")
        ingest(database, scope, [key.library], IngestPlan(now, internal), embedder)
        search = open_search(settings, database, scope, embedder)
        assistant = open_assistant(settings, search)
        try:
            with database.write() as session:
                rules.set_rule(session, scope, Rule(mode="shadow"), now)
            replay = Replay(database, Bot(assistant, lambda _queue, _now: Load(True), "Tarnfell Outdoor"))
            for row in read_lines(events):
                replay.play(row)
        except KeyError as missing:
            raise Rejected(f"A line of {events.name} lacks {missing}.") from missing
        finally:
            assistant.close()
            search.close()
            database.close()
    return replay.pairs


def shadow_figures(examples: Path, key: DemoKey, now: datetime, build: Path, say: Say) -> Iterator[Figure]:
    """Yield how much of what people said the bot would have said; the pairs themselves go to build/bot_shadow.json."""
    events = folder(examples, "tarnfell") / "events.jsonl"
    pairs = replayed(key, events, now)
    build.mkdir(parents=True, exist_ok=True)
    (build / "bot_shadow.json").write_text(json.dumps([vars(one) for one in pairs], indent=1, ensure_ascii=False))
    say(f"shadow: {len(pairs)} turns; the pairs are in {build / 'bot_shadow.json'}")
    with_words = [one for one in pairs if one.bot]
    kinds = Counter(f"{one.action}: {one.reason}" if one.reason else one.action for one in pairs)
    settings = {"label": "demo", "turns": len(pairs), "decided": dict(kinds.most_common())}
    groups = [one.conversation for one in with_words]
    alike = mean_interval([one.alike for one in with_words], seed=SEED, groups=groups)
    data = digest([events])
    yield figure("bot/demo/shadow_words_in_common", alike, "", seed=SEED, data=data, settings=settings)
