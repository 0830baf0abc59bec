"""Standards: one spelling, refusals with every reason, a report of what is missing, and preferences."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from knowledge.customers import links, preferring, record, timeline
from knowledge.customers.completeness import Filled, measure
from knowledge.customers.entries import Handle
from knowledge.customers.links import Ground
from knowledge.customers.record import KnownHandle, NewCustomer
from knowledge.customers.record_entries import PreferenceSet
from knowledge.customers.standards import Attribute, Standards, language, read_standards, time_zone, value_of
from knowledge.database import Database
from knowledge.failures import NotFound, Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PLAN = Attribute(type="choice", values=("Basic", "Plus"), required=True)
DECLARED = Standards(required=("name", "email"), attributes={"plan": PLAN, "seats": Attribute(type="integer")})


@pytest.mark.parametrize(
    ("given", "told"),
    [("DE", "de"), ("pt_br", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW"), (" en ", "en"), ("es-419", "es-419")]
    + [(odd, "") for odd in ("", "German", "d", "de-", "en-US-x-y", "<b>", "日本語", "e" * 10_000)],
)
def test_a_language_has_one_spelling(given: str, told: str) -> None:
    assert language(given) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [("europe/berlin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"), ("New York", "America/New_York"), ("utc", "UTC")]
    + [(odd, "") for odd in ("", "Mars", "../etc/passwd", "+02:00", "ベルリン", "a" * 10_000)],
)
def test_a_time_zone_has_one_spelling(given: str, told: str) -> None:
    assert time_zone(given) == told


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("text", " a  b ", "a b"),
        ("text", 5, "5"),
        ("integer", "5", 5),
        ("integer", 5.0, 5),
        ("number", "12.5", 12.5),
        ("yes_no", "Yes", True),
        ("yes_no", False, False),
        ("date", "2026-11-30T08:00:00Z", "2026-11-30"),
        ("choice", "pLUS", "Plus"),
        ("list", "a, b,a,", ["a", "b"]),
        ("list", ["a"], ["a"]),
        ("integer", "", ""),
        ("integer", None, None),
    ],
)
def test_values_come_out_as_declared(kind: Any, given: object, told: object) -> None:
    assert value_of(Attribute(type=kind, values=("Basic", "Plus")), given) == told


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", {}),
        ("integer", "5.5"),
        ("integer", True),
        ("integer", "9" * 400),
        ("number", "nan"),
        ("number", "1e9"),
        ("yes_no", "maybe"),
        ("date", "30.11.2026"),
        ("choice", "Gold"),
        ("list", [1]),
        ("list", 5),
        ("integer", []),
    ],
)
def test_other_values_are_refused(kind: Any, given: object) -> None:
    with pytest.raises(ValueError, match="is n"):
        value_of(Attribute(type=kind, values=("Basic", "Plus")), given)
    if kind == "choice":
        return
    with pytest.raises(Rejected, match=r"attributes\.x"):
        Standards(attributes={"x": Attribute(type=kind)}).tidy({"x": given, "y": {}})


def test_standards_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "standards.yaml"
    path.write_text("required: [name]\nattributes:\n  plan: {type: choice, values: [Basic], required: true}\n")
    assert read_standards(path).tidy({"plan": "basic", "x": [1]}) == {"plan": "Basic", "x": [1]}
    for content in (
        "a: [",
        "colour: red",
        "attributes: {x: {type: magic}}",
        "required: [shoe]",
        "[1]",
        "x" * 1_000_001,
    ):
        path.write_text(content)
        with pytest.raises(Rejected):
            read_standards(path)
    with pytest.raises(Rejected, match="cannot be read"):
        read_standards(tmp_path / "none.yaml")
    assert read_standards(None).attributes == {}


@pytest.fixture
def people(database: Database, scope: Scope) -> dict[str, CustomerId]:
    mail = KnownHandle(Handle("email", "ana@example.com"), verified=True)
    news = (
        NewCustomer(
            "a", name="Ana", language="PT_br", timezone="berlin", attributes={"plan": "Basic"}, handles=(mail,)
        ),
        NewCustomer("b", language="Klingon", timezone="Mars", attributes={"plan": "Gold", "seats": "5"}),
    )
    with database.write() as session:
        return {new.external_key: record.save_customer(session, scope, new, NOW) for new in news}


def test_completeness_counts_persons(database: Database, scope: Scope, people: dict[str, CustomerId]) -> None:
    with database.read() as session:
        ana = record.get_customer(session, scope, people["a"])
        apart = measure(session, scope, DECLARED)
    assert (ana.language, ana.timezone) == ("pt-BR", "Europe/Berlin")
    assert (apart.customers, apart.complete) == (2, 1)
    assert {one.field: one for one in apart.fields} == {
        "name": Filled("name", required=True, filled=1, wrong=0),
        "email": Filled("email", required=True, filled=1, wrong=0),
        "phone": Filled("phone", required=False, filled=0, wrong=0),
        "language": Filled("language", required=False, filled=2, wrong=1),
        "timezone": Filled("timezone", required=False, filled=2, wrong=1),
        "plan": Filled("plan", required=True, filled=2, wrong=1),
        "seats": Filled("seats", required=False, filled=1, wrong=1),
    }
    with database.write() as session:
        links.link(session, scope, people["a"], people["b"], Ground("kim"), NOW)
    with database.read() as session:
        joined = measure(session, scope, DECLARED)
    assert (joined.customers, joined.complete) == (1, 1)


def test_a_preference_is_set_once_and_taken_away(
    database: Database, scope: Scope, people: dict[str, CustomerId]
) -> None:
    said = PreferenceSet("channel", "email", "kim@example.com")
    with database.write() as session:
        links.link(session, scope, people["a"], people["b"], Ground("kim"), NOW)
        stored = preferring.prefer(session, scope, people["b"], said, NOW)
        assert stored is not None
        assert preferring.prefer(session, scope, people["a"], said, NOW) is None
    with database.write() as session:
        assert record.get_customer(session, scope, people["a"]).preferences == {"channel": "email"}
        gone = PreferenceSet("channel", "", "kim@example.com")
        assert preferring.prefer(session, scope, people["a"], gone, NOW) is not None
    with database.read() as session:
        assert record.get_customer(session, scope, people["a"]).preferences == {}
        kinds = [entry.kind for entry in timeline.page(session, scope, customer=people["a"])]
        assert kinds.count("preference_set") == 2
        with pytest.raises(NotFound):
            preferring.prefer(session, scope, CustomerId("0" * 32), said, NOW)


def test_preferences_have_an_end(database: Database, scope: Scope, people: dict[str, CustomerId]) -> None:
    with database.write() as session:
        for number in range(preferring.MOST):
            preferring.prefer(session, scope, people["a"], PreferenceSet(f"p{number}", "x", "kim"), NOW)
        with pytest.raises(Rejected, match="at most"):
            preferring.prefer(session, scope, people["a"], PreferenceSet("one more", "x", "kim"), NOW)
