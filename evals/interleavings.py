"""Every order in which two workers of the bot, a customer and an agent can act on one conversation, tried on a record.

A step is one transaction, or one look; nothing else is shared, so an order of steps is all that can differ. The bound
is the number of steps of each actor. `tried` reports what must never happen over all of them.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from assistant.answering.posting import Posted
from assistant.answering.seeing import Sight
from assistant.bot import Bot, Decision, act, look, think
from handoff import ownership
from knowledge.customers import inbox, timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import ConversationAssigned, Entry, Handle, MessageReceived, MessageSent
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database, open_database
from knowledge.failures import Conflict
from knowledge.ids import ConversationId, EntryId
from knowledge.scope import Scope

ADDRESS = Handle("chat", "c" * 64)


@dataclass(frozen=True)
class Wrong:
    """What went wrong in an order of steps: words after a takeover, messages answered twice, messages left alone."""

    spoke_over_agent: int = 0
    doubled: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Story:
    """What is played: a record's file with one open question, the bot, who takes over, what is written meanwhile."""

    file: Path
    bot: Bot
    conversation: ConversationId
    agent: str
    second: str
    start: datetime
    workers: int = 2
    agent_replies: bool = True


def orders(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every order of actors in which actor i acts `counts[i]` times, each once."""
    if not any(counts):
        yield ()
    for actor, left in enumerate(counts):
        if left:
            rest = [*counts[:actor], left - 1, *counts[actor + 1 :]]
            for tail in orders(rest):
                yield actor, *tail


def tried(story: Story, folder: Path) -> tuple[int, Wrong]:
    """Play every order; return how many there are and what went wrong over all of them.

    Two workers do the same: orders in which the second begins first are the others with the names changed.
    """
    total, wrong, thought = 0, Wrong(), dict[str, Decision]()
    file = folder / "played.db"
    shutil.copyfile(story.file, file)
    with closing(open_database(f"sqlite:///{file}")) as database, closing(sqlite3.connect(story.file)) as begun:
        for order in orders((2, 2 * (story.workers - 1), 1, 1 + story.agent_replies)):
            if 1 in order and order.index(1) < order.index(0):
                continue
            with closing(sqlite3.connect(file)) as again:
                begun.backup(again)
            found = judge(_play(_Stage(story, database, thought), order))
            total += 1
            wrong = Wrong(*(a + b for a, b in zip(vars(wrong).values(), vars(found).values(), strict=True)))
    return total, wrong


def _play(stage: "_Stage", order: Sequence[int]) -> list[Entry]:
    actors = [stage.worker(), stage.worker(), stage.customer(), stage.agent()]
    for actor in order:
        next(actors[actor])()
    # What a worker does with the latest message once all is quiet.
    for step in stage.worker():
        step()
    with stage.database.read() as session:
        return timeline.page(session, stage.scope, conversation=stage.story.conversation, limit=200)


class _Stage:
    """The actors over one record; the clock goes on with each step. The same turn is thought about once."""

    def __init__(self, story: Story, database: Database, thought: dict[str, Decision]) -> None:
        self.story, self.database, self.thought = story, database, thought
        self.scope, self.now = Scope(), story.start

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def worker(self) -> Iterator[Callable[[], None]]:
        seen: list[Sight | None] = []
        story = self.story

        def begin() -> None:
            seen.append(look(story.bot, self.database, self.scope, story.conversation, self.tick()))

        def finish() -> None:
            sight, now = seen[0], self.tick()
            if sight is not None:
                load = story.bot.load(sight.conversation.channel, now)
                key = (
                    f"{sight.spoken.text}|{sight.conversation.owner}|{sight.spoken.person_at}|{sight.spoken.bot_spoke}"
                )
                if key not in self.thought:
                    self.thought[key] = think(story.bot, sight, load, now)
                act(self.database, self.scope, Posted(sight, load.wait_seconds, now), self.thought[key])

        yield begin
        yield finish

    def customer(self) -> Iterator[Callable[[], None]]:
        def write() -> None:
            now = self.tick()
            with self.database.write() as session:
                incoming = Incoming("chat", ADDRESS, self.story.second, now)
                inbox.receive(session, self.scope, incoming, now)

        yield write

    def agent(self) -> Iterator[Callable[[], None]]:
        def take() -> None:
            try:
                with self.database.write() as session:
                    ownership.take(session, self.scope, self.story.conversation, self.story.agent, self.tick())
            except Conflict as taken:
                raise AssertionError("nobody else owns it") from taken

        def reply() -> None:
            with self.database.write() as session:
                answer = Reply(self.story.conversation, "Let me see.", self.story.agent)
                inbox.reply(session, self.scope, answer, self.tick())

        yield take
        yield reply


def judge(entries: Sequence[Entry]) -> Wrong:
    """Read off a conversation's entries what must never happen.

    A message is lost when nobody answered it and nobody has the conversation: it neither stands under a decision that
    was posted, nor did a person speak after it, nor does one own it.
    """
    ordered = sorted(entries, key=lambda entry: entry.seq)
    over, taken, answered = 0, False, list[EntryId]()
    last_person = -1
    for entry in ordered:
        payload = entry.payload
        if isinstance(payload, ConversationAssigned):
            taken = payload.owner is not None
        elif isinstance(payload, MessageSent):
            by_bot = payload.author == "bot"
            over += by_bot and (taken or last_person >= 0)
            last_person = last_person if by_bot else entry.seq
        elif isinstance(payload, BotDecided) and (payload.sent or payload.reason == "thanked"):
            answered += payload.turn
    asked = [entry for entry in ordered if isinstance(entry.payload, MessageReceived)]
    alone = [one for one in asked if one.id not in answered and one.seq > last_person and not taken]
    return Wrong(over, len(answered) - len(set(answered)), len(alone))
