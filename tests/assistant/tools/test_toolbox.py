"""Tools check name, permission, identity and arguments, end in time, and never do what only a person may agree to."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from assistant.tools.choosing import choose, choose_by_meaning
from assistant.tools.own import hours_tool, shop_tools
from assistant.tools.proposing import Say, settle
from assistant.tools.toolbox import Arguments, Caller, Tool, Toolbox, as_langchain
from knowledge.customers import timeline
from knowledge.customers.bot_entries import ActionProposed, ToolUsed
from knowledge.customers.entries import Handle, OrderItem, OrderRecorded
from knowledge.customers.record import KnownHandle
from knowledge.failures import Conflict, NotFound
from knowledge.hours import read_calendar
from knowledge.ids import ConversationId, CustomerId, EntryId
from retrieval.embedding import Embedder

ANA = Caller((CustomerId("a" * 32),), ConversationId("c" * 32), True)


class Echo(Arguments):
    said: str


def tool(run: Callable[..., str] = lambda _caller, given: given.said, **more: Any) -> Tool:
    return Tool("echo", "Says it again.", Echo, run, **more)


@pytest.mark.parametrize(
    ("given", "caller", "allowed", "outcome"),
    [
        ({"said": "hi"}, ANA, None, "done"),
        ({"said": "hi", "customer": "b" * 32}, ANA, None, "refused"),
        ({}, ANA, None, "refused"),
        ({"said": "x" * 5_000}, ANA, None, "refused"),
        ({"said": ["a"]}, ANA, None, "refused"),
        ({"said": "hi"}, Caller(ANA.records, ANA.conversation, False), None, "refused"),
        ({"said": "hi"}, ANA, frozenset(), "refused"),
    ],
)
def test_what_is_checked(
    given: dict[str, object], caller: Caller, allowed: frozenset[str] | None, outcome: str
) -> None:
    used = Toolbox([tool()], allowed).use(caller, "echo", given)
    assert used.outcome == outcome
    assert Toolbox([tool()]).use(ANA, "rm -rf", {}).outcome == "refused"


def test_it_ends_in_time_and_a_bug_is_not_told() -> None:
    begun = time.perf_counter()
    slow = Toolbox([tool(lambda *_: time.sleep(3) or "", seconds=0.1)]).use(ANA, "echo", {"said": "hi"})
    assert slow.outcome == "timed_out"
    assert time.perf_counter() - begun < 2

    def broken(*_: object) -> str:
        raise RuntimeError("password=secret")

    used = Toolbox([tool(broken)]).use(ANA, "echo", {"said": "hi"})
    assert (used.outcome, "secret" in used.told) == ("failed", False)
    with pytest.raises(ValueError, match="one name"):
        Toolbox([tool(), tool()])


def test_a_model_gets_them_through_the_same_checks() -> None:
    audit: list[ToolUsed] = []
    changing = Tool("change", "Changes.", Echo, lambda *_: "changed", changes=True)
    box = Toolbox([tool(), changing])
    echo, change = as_langchain(box, ANA, audit.append)
    assert echo.invoke({"said": "hi"}) == "hi"
    assert "[proposed]" in change.invoke({"said": "hi"})
    assert [one.outcome for one in audit] == ["done", "proposed"]
    assert as_langchain(box, Caller(ANA.records, ANA.conversation, False), audit.append) == []


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("Where is my order TF-104233?", ("order_status", {"order": "TF-104233"})),
        ("when does my parcel arrive", ("order_status", {})),
        ("Please cancel order TF-1", ("cancel_order", {"order": "TF-1"})),
        ("What is the status of my request?", ("ticket_status", {})),
        ("When are you open today?", ("opening_hours", {})),
        ("Can I cancel an order?", None),
        ("How long does delivery take?", None),
        ("", None),
    ],
)
def test_a_tool_is_chosen_by_words(question: str, chosen: Any) -> None:
    assert choose(question) == chosen


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("Has my parcel left your warehouse already?", ("order_status", {})),
        ("what's going on with my order TF-104233", ("order_status", {"order": "TF-104233"})),
        ("Any news about my complaint?", ("ticket_status", {})),
        ("is someone there right now", ("opening_hours", {})),
        ("Where can I order a card?", None),
        ("Do I have reservations at Creme at 7 pm?", None),
        ("¿Cuántos días tengo para devolver unas botas?", None),
        ("", None),
        ("order " * 5_000, None),
    ],
)
def test_a_tool_is_chosen_by_meaning_where_no_word_tells(
    desk: Any, embedder: Embedder, question: str, chosen: Any
) -> None:
    calendar = read_calendar({"timezone": "Europe/London", "hours": {"fri": ["08:00-20:00"]}})
    tools = [*shop_tools(desk.database, desk.scope, desk.tick), hours_tool(calendar, desk.tick)]
    embed = embedder.embed
    assert choose_by_meaning(Toolbox(tools), question, embed) == chosen
    assert choose_by_meaning(Toolbox(tools, frozenset({"cancel_order"})), question, embed) is None


def test_what_changes_something_is_never_chosen_by_meaning(desk: Any) -> None:
    tools = shop_tools(desk.database, desk.scope, desk.tick)
    assert all(not one.examples for one in tools if one.changes)


@pytest.fixture
def shop(desk: Any) -> tuple[Any, Toolbox, Caller, Caller]:
    mine = desk.customer(KnownHandle(Handle("email", "ana@example.org"), True))
    other = desk.customer(KnownHandle(Handle("email", "bo@example.org"), True))
    desk.append(mine, OrderRecorded("TF-1", "shipped", (OrderItem("Boots"),), tracking="SECRET1"))
    desk.append(other, OrderRecorded("TF-2", "shipped", (OrderItem("Tent"),), tracking="SECRET2"))
    where = desk.receive("Hello", Handle("email", "ana@example.org")).conversation
    there = desk.receive("Hello", Handle("email", "bo@example.org")).conversation
    box = Toolbox(shop_tools(desk.database, desk.scope, desk.tick))
    return desk, box, Caller((mine,), where, True), Caller((other,), there, True)


def test_nobody_reads_anothers_order(shop: tuple[Any, Toolbox, Caller, Caller]) -> None:
    _, box, ana, bo = shop
    assert "SECRET1" in box.use(ana, "order_status", {"order": "tf-1"}).told
    assert "SECRET1" in box.use(ana, "order_status", {}).told
    for stolen in ({"order": "TF-2"}, {"order": "TF-2", "customer": bo.records[0]}, {"order": "../TF-2"}):
        used = box.use(ana, "order_status", stolen)
        assert used.outcome != "done"
        assert "SECRET2" not in used.told
    # Somebody else's and nobody's order sound the same.
    assert box.use(ana, "order_status", {"order": "TF-2"}).told == box.use(ana, "order_status", {"order": "TF-9"}).told
    assert box.use(bo, "ticket_status", {}).outcome == "failed"


def test_a_proposal_is_carried_out_once_and_only_after_a_yes(shop: tuple[Any, Toolbox, Caller, Caller]) -> None:
    desk, box, ana, _ = shop
    assert box.use(ana, "cancel_order", {"order": "TF-1"}).outcome == "proposed"

    def propose() -> EntryId:
        proposed = ActionProposed("cancel_order", {"order": "TF-1"}, "asked")
        return desk.append(ana.records[0], proposed, ana.conversation).id

    def statuses() -> list[str]:
        with desk.database.read() as session:
            entries = timeline.page(session, desk.scope, customer=ana.records)
        return [one.payload.status for one in entries if isinstance(one.payload, OrderRecorded)]

    refused, agreed = propose(), propose()
    settle(box, desk.database, desk.scope, Say(refused, False, "sara@x.example"), desk.tick())
    assert statuses() == ["shipped"]
    done = settle(box, desk.database, desk.scope, Say(agreed, True, "sara@x.example"), desk.tick())
    assert isinstance(done.payload, ToolUsed)
    assert (done.payload.outcome, done.payload.author) == ("done", "sara@x.example")
    assert statuses() == ["shipped", "cancellation requested"]
    with pytest.raises(Conflict):
        settle(box, desk.database, desk.scope, Say(agreed, True, "imran@x.example"), desk.tick())
    assert len(statuses()) == 2
    with pytest.raises(NotFound):
        settle(box, desk.database, desk.scope, Say(EntryId("f" * 32), True, "x"), desk.tick())


def test_opening_hours_come_from_the_calendar(now: Any) -> None:
    calendar = read_calendar({"timezone": "Europe/London", "hours": {"fri": ["08:00-20:00"]}})
    told = Toolbox([hours_tool(calendar, lambda: now)]).use(Caller((), ANA.conversation, False), "opening_hours", {})
    assert told.outcome == "done"
    assert "open" in told.told
