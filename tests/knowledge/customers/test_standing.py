"""Where a customer stands: folds do not depend on order, figures agree with tables worked out by hand."""

from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers import timeline
from knowledge.customers.entries import ConversationOpened, Entry, Handle, MessageReceived, Payload, SurveyAnswered
from knowledge.customers.feeling import fold_mood, fold_surveys
from knowledge.customers.health import Told, band_of, health_of, measure
from knowledge.customers.identity import recognise
from knowledge.customers.record_entries import AccountRecorded, MoodNoted, ProductEvent
from knowledge.customers.standards import read_standards
from knowledge.customers.standing import fold_accounts, standing_of
from knowledge.customers.timeline import NewEntry
from knowledge.customers.weighing import WEIGHTS, Weighing
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId, new_id
from knowledge.scope import Scope
from tests.conftest import NOW


def entry(payload: Payload, minutes: float, seq: int = 0) -> Entry:
    at = NOW - timedelta(minutes=minutes)
    return Entry(seq, EntryId(new_id()), at, NOW, payload.kind, CustomerId("c"), None, payload)


def mood(score: float | None, minutes: float, message: str = "", seq: int = 0) -> Entry:
    word: Any = "unknown" if score is None else "neutral"
    return entry(MoodNoted(EntryId(message or new_id()), word, score, "en", "test"), minutes, seq)


def answer(survey: Any, score: int, minutes: float = 0) -> Entry:
    return entry(SurveyAnswered(survey, score), minutes)


def test_surveys_come_to_what_a_hand_makes_of_them() -> None:
    answers = [answer("csat", score) for score in (5, 4, 3, 1)] + [answer("nps", score) for score in (10, 9, 7, 6, 0)]
    found = fold_surveys([*answers, answer("ces", 6, 5), answer("ces", 3, 1)])
    assert (found["csat"].figure, found["csat"].mean, found["csat"].answers) == (50.0, 3.25, 4)
    assert found["nps"].figure == 0.0  # 2 of 5 promote, 2 of 5 do not
    assert (found["ces"].figure, found["ces"].last) == (4.5, 3)


def test_the_newest_message_weighs_most() -> None:
    up, down = fold_mood([mood(-1, 9), mood(1, 1)]), fold_mood([mood(1, 9), mood(-1, 1)])
    assert up is not None
    assert down is not None
    assert up.level > 0 > down.level
    # Weights 1, 2**(-1/3) by hand: (1 - .7937) / 1.7937.
    assert up.level == pytest.approx(0.115, abs=0.001)
    assert up.change == 0
    falling = fold_mood([mood(0.5, 9), mood(0, 3), mood(-0.5, 2), mood(-0.6, 1)])
    assert falling is not None
    assert falling.change == pytest.approx(-0.3667 - 0.5, abs=0.001)


def test_unknown_moods_are_counted_and_not_averaged() -> None:
    found = fold_mood([mood(0.4, 3), mood(None, 2)])
    assert found is not None
    assert (found.level, found.known, found.messages) == (0.4, 1, 2)
    assert fold_mood([mood(None, 1)]) is None
    assert fold_mood([]) is None


def test_what_was_judged_again_counts_as_it_was_judged_last() -> None:
    found = fold_mood([mood(-0.9, 1, "m", seq=1), mood(0.2, 1, "m", seq=2)])
    assert found is not None
    assert (found.level, found.messages) == (0.2, 1)


@given(st.lists(st.tuples(st.one_of(st.none(), st.floats(-1, 1)), st.integers(0, 9)), max_size=6))
def test_order_of_arrival_changes_nothing(told: list[tuple[float | None, int]]) -> None:
    entries = [mood(score, minutes, seq=number) for number, (score, minutes) in enumerate(told)]
    trends = {fold_mood(order) for order in list(permutations(entries))[:24]}
    assert len(trends) == 1


def test_the_latest_word_about_an_account_counts() -> None:
    first = AccountRecorded("a1", "Basic", "active", since=date(2026, 1, 1))
    later = AccountRecorded("a1", "Summit", "active")
    other = AccountRecorded("a2", "Basic", "closed")
    for order in permutations([entry(first, 9), entry(later, 3), entry(other, 5)]):
        assert fold_accounts(order) == (later, other)


def test_health_is_the_weighted_sum_of_what_is_known() -> None:
    entries = [answer("csat", 5), mood(-1.0, 5)]
    found = measure(Told(entries, [], {}), NOW)
    assert found is not None
    # satisfaction 1 × .25, mood 0 × .15; of .40 known: 62.5.
    assert (found.score, found.band) == (62.5, "amber")
    assert found.unknown == ("usage", "open issues", "repeats")
    assert [part.weight for part in found.parts] == [0.625, 0.375]
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert measure(Told([], [], {}), NOW) is None


def test_a_company_weighs_health_itself() -> None:
    entries = [answer("csat", 5), mood(-1.0, 5)]
    weighing = Weighing(weights={"mood": 3, "satisfaction": 1, "usage": 0}, red_below=30, green_from=90)
    found = measure(Told(entries, [], {}, weighing), NOW)
    assert found is not None
    assert (found.score, found.band) == (25, "red")
    assert found.unknown == ("open issues", "repeats"), "what weighs nothing is neither known nor unknown"
    assert measure(Told([answer("csat", 5)], [], {}, Weighing(weights={"satisfaction": 0})), NOW) is None


@pytest.mark.parametrize(
    ("health", "problem"),
    [
        ("weights: {moood: 1}", "health.weights.moood"),
        ("weights: {mood: -1}", "greater than or equal to 0"),
        ("weights: {mood: .nan}", "finite"),
        ("weights: {satisfaction: 0, open issues: 0, repeats: 0, mood: 0}", "usage alone makes no score"),
        ("{red_below: 80, green_from: 60}", "green_from lies below red_below"),
        ("open_days: 0", "health.open_days"),
        ("colour: red", "health.colour"),
        ("[1]", "health"),
    ],
)
def test_a_weighing_that_makes_no_sense_is_refused_with_its_place(tmp_path: Path, health: str, problem: str) -> None:
    (tmp_path / "standards.yaml").write_text(f"health:\n  {health}\n")
    with pytest.raises(Rejected, match=problem) as refusal:
        read_standards(tmp_path / "standards.yaml")
    assert refusal.value.remedy


@pytest.mark.parametrize(("score", "band"), [(39.9, "red"), (40, "amber"), (69.9, "amber"), (70, "green")])
def test_bands_have_their_edges(score: float, band: str) -> None:
    assert band_of(score) == band


def test_old_answers_and_fading_use() -> None:
    def used(days: int) -> Entry:
        return entry(ProductEvent("opened"), days * 24 * 60)

    entries = [*map(used, (5, 40, 50, 55, 58)), answer("nps", 0, 400 * 24 * 60)]
    assert measure(Told(entries, [], {}), NOW) is None, "usage alone is too little for a score"
    found = measure(Told([*entries, mood(1.0, 5)], [], {}), NOW)
    assert found is not None
    assert [(part.name, part.value) for part in found.parts] == [("usage", 0.5), ("mood", 1.0)]


def test_everything_is_read_over_all_records(database: Database, scope: Scope) -> None:
    address, conversation = Handle("email", "ana@mail.example"), ConversationId(new_id())
    with database.write() as session:
        ana = recognise(session, scope, address, True, NOW)

        def put(payload: Payload, days: float, where: ConversationId | None = None) -> None:
            at: datetime = NOW - timedelta(days=days)
            timeline.append(session, scope, NewEntry(ana, payload, at, where), NOW)

        put(ConversationOpened("email", address), 7, conversation)
        put(MessageReceived("email", "Hello"), 7, conversation)
        put(AccountRecorded("a1", "Summit", "active"), 3)
        put(ProductEvent("export_failed", {"rows": 5}), 3)
    with database.read() as session:
        found = standing_of(session, scope, ana, NOW)
        assert [(use.channel, use.conversations) for use in found.channels] == [("email", 1)]
        assert found.accounts[0].plan == "Summit"
        health = health_of(session, scope, ana, NOW)
    assert health == found.health
    assert health is not None
    by_name = {part.name: part for part in health.parts}
    assert by_name["open issues"].value == 0.5
    assert by_name["open issues"].reason == "The oldest of 1 open issues is 7 days old."
