"""Proof joins nobody else's records; suggestions are counted pair by pair."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from evals.datasets.people import People, PersonRecord, read_febrl, read_splink_people, some
from evals.identity import linking as identity
from evals.identity import peer as identity_peer
from evals.identity.cases import Case, read_cases, wrongly_joined
from evals.identity.linking import Found
from knowledge.customers import joining
from knowledge.customers.joining import Decision
from knowledge.customers.profiles import Profile
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.ids import CustomerId


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
    ours = dict.fromkeys(map(frozenset, ("01", "34", "23")), 0.9)
    found = Found(people, ours, frozenset({frozenset("01")}))
    figures = {one.name: one for one in identity._figures("p", [found], {})}
    assert figures["identity/p/precision"].value == pytest.approx(2 / 3)
    assert figures["identity/p/recall"].value == pytest.approx(2 / 4)
    assert figures["identity/p/f1"].value == pytest.approx(2 * 2 / (3 + 4))
    assert figures["identity/p/f1"].low is not None
    # 0 1 | 2 3 4 for 0 1 2 | 3 4: B³ is (1 + 1 + 1/3 + 2/3 + 2/3) / 5 both ways; one pair of three is wrong
    assert figures["identity/p/f1"].settings["all_accepted"] == {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "wrong_merges_per_1000": 333.33,
        **dict.fromkeys(("b3_precision", "b3_recall", "b3_f1"), 0.7333),
    }
    assert [one.baseline["recordlinkage_ecm"] for one in figures.values()] == [1, 0.25, 0.4]
    again = {one.name: one for one in identity._figures("p", [replace(found, peers=None)] * 2, {})}
    assert again["identity/p/f1"].value == pytest.approx(2 * 2 / (3 + 4))
    assert again["identity/p/f1"].n == 2 * (3 + 4)
    assert not again["identity/p/f1"].baseline


def test_every_file_of_people_is_read_whatever_columns_it_has(tmp_path: Path) -> None:
    place = tmp_path / "splink_people"
    place.mkdir()
    with pytest.raises(NotFound, match="No file of people"):
        read_splink_people(tmp_path)
    (place / "labels.csv").write_text("unique_id_l,unique_id_r,clerical_match_score\n1,2,1.0\n")
    (place / "empty.csv").write_text("")
    (place / "b.csv").write_text("unique_id,first_name,email,cluster,new\n1,Zoë,z@x.example,9,?\n")
    head = "\ufeffunique_id,cluster,first_name,birth_place,postcode_fake\n"
    (place / "a.csv").write_text(head + "".join(f"Q{n}-{k},Q{n},ana,bath,ba1\n" for n in range(9) for k in range(n)))
    one, other = read_splink_people(tmp_path)
    assert (one.name, other.name) == ("a", "b")
    assert one.records[0].attributes == {"given_name": "ana", "city": "bath", "postcode": "ba1"}
    assert (other.records[0].email, other.records[0].person) == ("z@x.example", "9")
    drawn = some(one, 20)
    sizes = Counter(record.person for record in drawn.records)
    assert all(count == int(person[1:]) for person, count in sizes.items()), "whole persons"
    assert 10 <= len(drawn.records) <= 20
    assert some(one, 1_000) == one


def test_the_peer_finds_likewise_where_it_is_there() -> None:
    if not identity_peer.PEER.is_there():
        pytest.skip(identity_peer.PEER.left_out)
    names = ["ada", "berit", "carl", "dora", "emil", "frida", "georg", "hanna"]
    told = [{"given_name": name, "family_name": f"{name}sen", "city": "oslo"} for name in names]
    told += [{**row, "city": "bergen"} for row in told[:4]]
    profiles = [Profile(CustomerId(str(number)), row) for number, row in enumerate(told)]
    found = identity_peer.linked(profiles, {one.record: f"r{one.record}" for one in profiles})
    assert found <= {frozenset((f"r{n}", f"r{n + 8}")) for n in range(4)}


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
