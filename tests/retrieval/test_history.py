"""One person's history is searched by words and by meaning."""

from datetime import UTC, datetime

import pytest

from knowledge.customers.entries import Entry, MessageReceived
from knowledge.customers.history import Told
from knowledge.ids import CustomerId, EntryId
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.history import EXCERPT, How, excerpt, search_history

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXTS = (
    "Thank you, bye",
    "My parcel never arrived, the driver left it somewhere else",
    "The zip of my sleeping bag is broken, order A-1001",
    "我的订单还没有收到",
    "Do you sell gift cards?",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings())


def told(*texts: str) -> list[Told]:
    said = [MessageReceived("chat", text) for text in texts]
    entries = [
        Entry(n, EntryId(f"{n:032x}"), AT, AT, one.kind, CustomerId("c" * 32), None, one) for n, one in enumerate(said)
    ]
    return [Told(entry, text) for entry, text in zip(entries, texts, strict=True)]


@pytest.mark.parametrize(
    ("query", "how", "best"),
    [
        ("A-1001", "both", TEXTS[2]),
        ("zips", "words", TEXTS[2]),
        ("订单", "both", TEXTS[3]),
        ("the delivery went missing", "meaning", TEXTS[1]),
        ("the delivery went missing", "both", TEXTS[1]),
    ],
)
def test_the_best_comes_first(embedder: Embedder, query: str, how: How, best: str) -> None:
    found = search_history(embedder, query, told(*TEXTS), how=how)
    assert found[0].told.text == best
    assert found[0].literal is (query in best)


def test_what_has_nothing_to_do_with_it_is_not_found(embedder: Embedder) -> None:
    assert search_history(embedder, "quantum chromodynamics lattice", told(*TEXTS)) == []


@pytest.mark.parametrize("query", ["", "  \0\n ", "\ud800", "?" * 20_000, "AND OR ( \" ' : ^ *", "%"])
def test_hostile_queries_do_no_harm(embedder: Embedder, query: str) -> None:
    search_history(embedder, query, told(*TEXTS))
    assert search_history(embedder, query, []) == []


def test_an_excerpt_shows_the_place() -> None:
    text = "a " * 400 + "needle" + " b" * 400
    shown = excerpt(text, "the needle")
    assert "needle" in shown
    assert len(shown) <= EXCERPT + 2
    assert excerpt("short", "x") == "short"
