"""Proof joins nobody else's records; suggestions are counted pair by pair."""

from datetime import datetime
from pathlib import Path

import pytest

from evals import identity
from evals.datasets.people import People, PersonRecord, read_febrl
from evals.identity_cases import Case, read_cases, wrongly_joined
from knowledge.customers import joining
from knowledge.customers.joining import Decision
from knowledge.database import Database
from knowledge.failures import NotFound


def test_there_are_enough_cases_each_with_its_reason() -> None:
    cases = read_cases()
    assert sum(case.kind != "same" for case in cases) >= 60
    assert len({case.id for case in cases}) == len(cases)
    assert all(len(case.why) > 12 for case in cases)
    assert len({case.why for case in cases}) == len(cases)


def test_proof_joins_no_strangers_and_every_person(database: Database, now: datetime) -> None:
    for case in read_cases():
        outcome = wrongly_joined(database, case, now)
        assert not outcome.wrong, f"{case.id}: {case.why}"
        assert outcome.rightly == outcome.same, f"{case.id}: one person's records were not joined"


def test_a_careless_rule_would_be_caught(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "decide", lambda *_, **__: Decision("link", "", 1.0))
    caught = [case for case in read_cases() if wrongly_joined(database, case, now).wrong]
    assert len(caught) > 30


def test_a_misspelt_step_is_refused() -> None:
    with pytest.raises(ValueError, match="write"):
        Case.model_validate({"id": "1", "kind": "same", "why": "", "steps": [{"who": "a", "write": "x"}]})


def test_precision_recall_and_f1_count_pairs() -> None:
    records = tuple(PersonRecord(str(number), "ab"[number // 3], {}) for number in range(5))
    people = People("p", records, "")
    assert len(people.truth) == 3 + 1
    found = frozenset({frozenset("01"), frozenset("34"), frozenset("23")})
    figures = {one.name: one for one in identity._figures(people, found, {})}
    assert figures["identity/p/precision"].value == pytest.approx(2 / 3)
    assert figures["identity/p/recall"].value == pytest.approx(2 / 4)
    assert figures["identity/p/f1"].value == pytest.approx(2 * 2 / (3 + 4))
    assert figures["identity/p/f1"].low is not None


def test_febrl_is_read_without_the_national_id(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_febrl(tmp_path, 1)
    (tmp_path / "febrl").mkdir()
    head = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, "
    head += "date_of_birth, soc_sec_id"
    rows = [
        "rec-7-org, , waller, 6, mill lane, x, st james, 4011, wa, 19081209, 6988048",
        "rec-7-dup-0,ed,,,,,,,,,6988048",
    ]
    (tmp_path / "febrl" / "dataset1.csv").write_text("\n".join([head, *rows]))
    people = read_febrl(tmp_path, 1)
    assert [record.person for record in people.records] == ["7", "7"]
    assert people.records[1].attributes == {"given_name": "ed"}
    assert "6988048" not in str(people)
