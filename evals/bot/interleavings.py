"""Every order in which workers of the bot, a customer and an agent can act on one conversation, tried on a record.

A step is one transaction, or one look; nothing else is shared, so an order of steps is all that can differ. The bound
is each actor's script. Orders that have led to the same record, with the same looks taken, go on alike: what follows
is played once and counted for each of them. `tried` reports what must never happen over all of them.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.answering.posting import Posted
from assistant.answering.seeing import Sight
from assistant.bot import Bot, Decision, act, look, think
from handoff import ownership
from handoff.ownership import Pass
from knowledge.customers import inbox, timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import ConversationAssigned, Entry, Handle, MessageReceived, MessageSent
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database, open_database
from knowledge.failures import Conflict
from knowledge.ids import ConversationId, EntryId
from knowledge.scope import Scope

ADDRESS = Handle("chat", "c" * 64)
WORKER = ("look", "act")
# What actors do, each in this order: the short bound of every test, and the long one of `--full` and the figures.
SHORT = (WORKER, WORKER, ("write",), ("take", "reply"))
LONG = (WORKER, WORKER, ("write", "write"), ("take", "reply", "resolve"))
PASSED_ON = (WORKER, WORKER, ("write",), ("take", "pass", "reply"))


@dataclass(frozen=True)
class Wrong:
    """What went wrong in an order of steps: words after a takeover, messages answered twice, messages left alone."""

    spoke_over_agent: int = 0
    doubled: int = 0
    lost: int = 0

    def __add__(self, other: "Wrong") -> "Wrong":
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Wrong(*(one + another for one, another in pairs))


@dataclass(frozen=True)
class Story:
    """What is played: a record's file with one open question, the bot, two agents, what is written meanwhile."""

    file: Path
    bot: Bot
    conversation: ConversationId
    agent: str
    second: str
    start: datetime
    colleague: str = ""


@dataclass(frozen=True)
class State:
    """Where an order of steps has led: how far each actor is, what each worker saw, and what was written in between.

    `log` names every step that changed the record, in order: it is what the record is a function of.
    """

    done: tuple[int, ...]
    sights: tuple[Sight | None, ...]
    looked: tuple[int, ...]
    log: tuple[str, ...] = ()
    steps: int = 0
    seq: int = 0

    def key(self, scripts: Sequence[Sequence[str]]) -> object:
        """The same for states that go on alike: the record, each actor's place, and when each worker looked.

        Two workers do the same: which of them is where makes no difference.
        """
        return tuple(sorted(zip(map(tuple, scripts), self.done, self.looked, strict=True))), self.log


def tried(
    story: Story, folder: Path, scripts: Sequence[Sequence[str]] = SHORT, *, each: bool = False
) -> tuple[int, Wrong]:
    """Play every order of the scripts' steps; return how many there are and what went wrong over all of them.

    `each`: every order is played by itself, even where others have gone on alike.
    """
    file = folder / "played.db"
    file.touch()
    with closing(sqlite3.connect(story.file)) as begun, closing(sqlite3.connect(file)) as fresh:
        begun.backup(fresh)
    with closing(open_database(f"sqlite:///{file}")) as database:
        stage = _Stage(story, database, scripts)
        none, unseen = tuple(None for _ in scripts), tuple(-1 for _ in scripts)
        start = State(tuple(0 for _ in scripts), none, unseen, seq=stage.last())
        return _follow(stage, file, start, None if each else {})


def _follow(
    stage: "_Stage", file: Path, state: State, known: dict[object, tuple[int, Wrong]] | None
) -> tuple[int, Wrong]:
    """Play everything that can come after a state; the record is as it was when this returns."""
    key = state.key(stage.scripts)
    if known is not None and key in known:
        return known[key]
    able = [actor for actor, script in enumerate(stage.scripts) if state.done[actor] < len(script)]
    total, wrong = 0, Wrong()
    with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(file)) as played:
        played.backup(kept)
        if not able:
            total, wrong = 1, judge(stage.end(state))
        for actor in able:
            orders, found = _follow(stage, file, stage.step(state, actor), known)
            total, wrong = total + orders, wrong + found
            kept.backup(played)
    if known is not None:
        known[key] = total, wrong
    return total, wrong


class _Stage:
    """The actors over one record; the clock goes on with each step. The same turn is thought about once."""

    def __init__(self, story: Story, database: Database, scripts: Sequence[Sequence[str]]) -> None:
        self.story, self.database, self.scripts = story, database, scripts
        self.scope, self.thought = Scope(), dict[str, Decision]()
        self.does: Mapping[str, Callable[[Sight | None, datetime], Sight | None]] = {
            "look": self._look,
            "act": self._act,
            "write": self._write,
            "take": self._take,
            "pass": self._pass_on,
            "reply": self._reply,
            "resolve": self._resolve,
        }

    def step(self, state: State, actor: int) -> State:
        """Let an actor do its next step; return where that leads."""
        name = self.scripts[actor][state.done[actor]]
        at = self.story.start + timedelta(seconds=state.steps + 1)
        sight = self.does[name](state.sights[actor], at)
        seq = self.last() if name != "look" else state.seq
        looked = len(state.log) if name == "look" else state.looked[actor]
        return replace(
            state,
            done=_put(state.done, actor, state.done[actor] + 1),
            sights=_put(state.sights, actor, sight),
            looked=_put(state.looked, actor, looked),
            log=(*state.log, f"{name}@{state.looked[actor]}") if seq != state.seq else state.log,
            steps=state.steps + 1,
            seq=seq,
        )

    def end(self, state: State) -> list[Entry]:
        """Return the conversation once a worker has come to its latest message, and all is quiet."""
        at = self.story.start + timedelta(seconds=state.steps + 1)
        self._act(self._look(None, at), at + timedelta(seconds=1))
        with self.database.read() as session:
            return timeline.page(session, self.scope, conversation=self.story.conversation, limit=200)

    def last(self) -> int:
        """Return the number of the latest entry."""
        with self.database.read() as session:
            return timeline.last_seq(session, self.scope)

    def _look(self, _sight: Sight | None, now: datetime) -> Sight | None:
        return look(self.story.bot, self.database, self.scope, self.story.conversation, now)

    def _act(self, sight: Sight | None, now: datetime) -> Sight | None:
        if sight is None:
            return None
        load = self.story.bot.load(sight.conversation.channel, now)
        seen = sight.spoken
        key = f"{seen.text}|{sight.conversation.owner}|{sight.conversation.status}|{seen.person_at}|{seen.bot_spoke}"
        if key not in self.thought:
            self.thought[key] = think(self.story.bot, sight, load, now)
        act(self.database, self.scope, Posted(sight, load.wait_seconds, now), self.thought[key])
        return None

    def _write(self, sight: Sight | None, now: datetime) -> Sight | None:
        with self.database.write() as session:
            inbox.receive(session, self.scope, Incoming("chat", ADDRESS, self.story.second, now), now)
        return sight

    def _take(self, sight: Sight | None, now: datetime) -> Sight | None:
        try:
            with self.database.write() as session:
                ownership.take(session, self.scope, self.story.conversation, self.story.agent, now)
        except Conflict as taken:
            raise AssertionError("nobody else owns it") from taken
        return sight

    def _pass_on(self, sight: Sight | None, now: datetime) -> Sight | None:
        to = Pass(self.story.conversation, self.story.colleague or None, self.story.agent, "Yours, please.")
        with self.database.write() as session:
            ownership.pass_on(session, self.scope, to, now)
        return sight

    def _reply(self, sight: Sight | None, now: datetime) -> Sight | None:
        with self.database.write() as session:
            answer = Reply(self.story.conversation, "Let me see.", self.story.agent)
            inbox.reply(session, self.scope, answer, now)
        return sight

    def _resolve(self, sight: Sight | None, now: datetime) -> Sight | None:
        with self.database.write() as session:
            inbox.set_status(session, self.scope, self.story.conversation, "resolved", self.story.agent, now)
        return sight


def _put(some: tuple[Any, ...], place: int, one: object) -> tuple[Any, ...]:
    return (*some[:place], one, *some[place + 1 :])


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
