"""The worker does each piece of work once, tries again what may pass, buries what fails for good, and ends cleanly."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.parts import Parts
from api.worker.understanding import MOOD
from api.worker.work import Job, Reaction, Retries, Works
from api.worker.worker import open_worker
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.failures import Conflict, NotFound, Rejected, Unavailable
from knowledge.work import letters, marks
from knowledge.work.tables import CursorRow
from tests.api.worker.conftest import QUICK

Until = Callable[..., None]
Arrive = Callable[..., Entry]
SOON = Retries(attempts=3, first=timedelta(milliseconds=20), factor=1)
MESSAGES = frozenset({"message_received"})


class Diary:
    """Writes down what was done to which entry; the first `failing` tries of each fail."""

    def __init__(self, failing: int = 0, failure: Exception | None = None) -> None:
        self.done: list[str] = []
        self.tried: Counter[str] = Counter()
        self._failing, self._failure = failing, failure or Unavailable("The provider does not answer.")

    def write(self, parts: Parts, entry: Entry) -> None:
        self.tried[entry.id] += 1
        if self.tried[entry.id] <= self._failing:
            raise self._failure
        self.done.append(entry.id)


def _letters(parts: Parts, settled: bool = False) -> list[letters.Letter]:
    with parts.database.read() as session:
        return letters.list_letters(session, parts.scope, settled=settled)


def _has_begun(parts: Parts, name: str) -> bool:
    with parts.database.read() as session:
        return session.get(CursorRow, (parts.scope.team, parts.scope.brand, name)) is not None


def _ended(parts: Parts) -> bool:
    with parts.database.read() as session:
        return all(run.ended_at is not None for run in marks.list_runs(session, parts.scope))


def test_new_entries_are_reacted_to_once_across_workers_and_history_is_passed_over(
    parts: Parts, arrive: Arrive, until: Until
) -> None:
    before, diary, everything = arrive("before"), Diary(), Diary()
    works = Works(
        reactions=[
            Reaction("diary", MESSAGES, diary.write),
            Reaction("everything", MESSAGES, everything.write, within=None),
        ]
    )
    with open_worker(parts, works, QUICK):
        until(lambda: _has_begun(parts, "everything"))
        written = [arrive(f"message {number}").id for number in range(5)]
        until(lambda: len(diary.done) == 5)
    now = datetime.now(UTC)
    with parts.database.write() as session:
        ago = Incoming("email", Handle("email", "x@example.com"), "long ago", now - timedelta(days=400))
        old = receive(session, parts.scope, ago, now)
    missed = arrive("while nobody worked").id
    with open_worker(parts, works, QUICK):
        until(lambda: len(diary.done) == 6 and len(everything.done) == 7)
    assert sorted(diary.done) == sorted([*written, missed])
    assert sorted(everything.done) == sorted([*written, old.id, missed])
    assert before.id not in everything.done


def test_mood_and_issues_take_up_what_was_imported_before_a_worker_came(
    parts: Parts, arrive: Arrive, until: Until
) -> None:
    arrive("My stove is broken and nobody helps me.")

    def moods() -> int:
        with parts.database.read() as session:
            return sum(entry.kind == "mood_noted" for entry in timeline.after(session, parts.scope, 0))

    with open_worker(parts, Works(reactions=[MOOD]), QUICK):
        until(lambda: moods() == 1)


def test_what_fails_is_tried_again_or_buried_and_done_when_asked_for_again(
    parts: Parts, arrive: Arrive, until: Until
) -> None:
    passing, lasting = Diary(failing=2), Diary(failing=3)
    refusing = Diary(failing=1, failure=Rejected("Not this one."))
    surprised = Diary(failing=9, failure=ValueError("ana@example.com is no number"))
    diaries = {"passing": passing, "lasting": lasting, "refusing": refusing, "surprised": surprised}
    works = Works(reactions=[Reaction(name, MESSAGES, one.write, retries=SOON) for name, one in diaries.items()])
    with open_worker(parts, works, QUICK):
        until(lambda: _has_begun(parts, "surprised"))
        entry = arrive("hello")
        until(lambda: len(_letters(parts)) == 3 and passing.done)
        assert passing.tried[entry.id] == 3
        buried = {letter.work: letter for letter in _letters(parts)}
        assert {name: (one.attempts, one.reason) for name, one in buried.items()} == {
            "lasting": (3, "The provider does not answer."),
            "refusing": (1, "Not this one."),
            "surprised": (3, "ValueError; the log of the worker has the details."),
        }
        with parts.database.write() as session:
            for _ in range(2):
                assert letters.replay(session, parts.scope, buried["lasting"].id).replays == 1
        until(lambda: lasting.done == [entry.id] and len(_letters(parts)) == 2)
    assert len(_letters(parts, settled=True)) == 3
    with parts.database.write() as session:
        with pytest.raises(Conflict):
            letters.replay(session, parts.scope, buried["lasting"].id)
        with pytest.raises(NotFound):
            letters.replay(session, parts.scope, "0" * 32)


def test_of_a_burst_only_the_last_is_reacted_to_and_begun_work_may_finish(
    parts: Parts, arrive: Arrive, until: Until
) -> None:
    diary, begun, done = Diary(), threading.Event(), []

    def slow(parts: Parts, entry: Entry) -> None:
        begun.set()
        threading.Event().wait(0.5)
        done.append(entry.id)

    bursts = Reaction("bursts", MESSAGES, diary.write, quiet=timedelta(seconds=0.6))
    works = Works(reactions=[bursts, Reaction("slow", frozenset({"note_added"}), slow)])
    with open_worker(parts, works, QUICK):
        until(lambda: _has_begun(parts, "slow"))
        burst = [arrive(text) for text in ("hi", "I have", "a question")]
        other = arrive("and me", email="bo@example.com").id
        until(lambda: len(diary.done) == 2)
        with parts.database.write() as session:
            from knowledge.customers.inbox import note

            written = note(session, parts.scope, burst[0].conversation, "x", "kim@example.com", datetime.now(UTC))
        assert begun.wait(10)
    assert sorted(diary.done) == sorted([burst[-1].id, other])
    assert done == [written.id]


def test_a_job_runs_once_when_it_is_due_whatever_the_clock_does_and_is_replayed_when_it_failed(
    parts: Parts, until: Until
) -> None:
    now, ran, broken = [datetime(2026, 3, 1, 12, 0, tzinfo=UTC)], [], [False]

    def work(parts: Parts, at: datetime) -> None:
        if broken[0]:
            raise Unavailable("The disk is full.", "Make room.")
        ran.append(at)

    clocked = replace(parts, clock=lambda: now[0])
    job = Job("count", timedelta(hours=1), work, Retries(attempts=2, first=timedelta(milliseconds=10)))
    with open_worker(clocked, Works(jobs=[job]), QUICK):
        until(lambda: len(ran) == 1 and _ended(parts))
        now[0] += timedelta(minutes=59)
        threading.Event().wait(0.3)
        assert len(ran) == 1
        now[0] += timedelta(days=3)  # the clock leaps: what was missed is done once
        until(lambda: len(ran) == 2 and _ended(parts))
        now[0] -= timedelta(days=3)  # and back
        until(lambda: len(ran) == 3 and _ended(parts))
        threading.Event().wait(0.3)
        assert len(ran) == 3
        broken[0] = True
        now[0] += timedelta(hours=1)
        until(lambda: _letters(parts) and _ended(parts))
        with parts.database.read() as session:
            (run,) = marks.list_runs(session, parts.scope)
        assert run.outcome == "The disk is full. Make room."
        broken[0] = False
        with parts.database.write() as session:
            letters.replay(session, parts.scope, _letters(parts)[0].id)
        until(lambda: not _letters(parts))


def test_names_of_work_are_told_apart() -> None:
    with pytest.raises(ValueError, match="named x"):
        Works([Job("x", timedelta(1), lambda parts, now: None)], [Reaction("x", MESSAGES, lambda parts, entry: None)])
