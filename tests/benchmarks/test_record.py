"""The benchmark of the record runs at a small size and says what it measured."""

import random
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks import history
from benchmarks.history import SCOPE
from benchmarks.record import Size, appends, imported, lag, pages
from knowledge.customers import conversations, timeline
from knowledge.customers.tables import ConversationRow, CustomerRow, EntryRow
from knowledge.database import Database

SMALL = Size(pages=5, blocks=2, appends=3, rows=40, readers=3, commits=2)


def test_a_history_is_as_long_as_asked_and_its_states_are_folds(database: Database) -> None:
    history.fill(database, 0, 200, 1)
    history.fill(database, 200, 400, 1)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EntryRow)) == 400
        assert session.scalar(select(func.count()).select_from(CustomerRow)) == 40
        assert session.scalar(select(func.count()).select_from(ConversationRow)) == 80
        one = history.conversation_id(7, 1)
        entries = timeline.after(session, SCOPE, 0, conversation=one)
        assert conversations.get_conversation(session, SCOPE, one) == conversations.fold(entries)


def test_every_figure_is_named_and_bounded(database: Database) -> None:
    history.fill(database, 0, 100, 1)
    assert len([one for one in pages(database, 10, SMALL) if one > 0]) == SMALL.pages
    blocks = appends("0.1k", database, 10, SMALL)
    assert len(blocks) == SMALL.blocks
    # Other threads of this process count in its processor time, so that may exceed the clock's.
    assert all(min(block.ours, block.ours_cpu, block.raw) > 0 for block in blocks)
    late = lag(database.dialect, database, SMALL)
    assert late.n == SMALL.readers * SMALL.commits


def test_an_import_is_measured(tmp_path: Path) -> None:
    rate, ratio = imported(tmp_path, SMALL, print)
    assert (rate.name, ratio.name) == ("import/sqlite/events_per_s", "import/sqlite/ratio_vs_raw")
    assert rate.value > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seed_gives_one_history(seed: int) -> None:
    again = history.as_rows(50, seed)
    assert history.as_rows(50, seed) == again
    assert history.event(1, history.BEGIN, "k", random.Random(seed)) == history.event(
        1, history.BEGIN, "k", random.Random(seed)
    )
