"""The search end to end: audiences, following the library, several processes, many threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.failures import Conflict
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from retrieval.langchain import PassageRetriever
from retrieval.search import Search, open_search, reindex
from tests.retrieval.conftest import ARTICLES, SmallLibrary


def _titles(search: Search, query: str, audience: str = "agent") -> list[str]:
    return [hit.passage.title for hit in search.search(query, audience=audience)]  # type: ignore[arg-type]


def test_a_question_finds_its_article_with_the_evidence_of_how(search: Search) -> None:
    hits = search.search("How long may I take to bring back a jacket?", audience="customer")
    best = hits[0]
    assert best.passage.title == "Returns"
    assert (best.lexical_rank, best.dense_rank) == (1, 1)
    assert best.similarity is not None
    assert 0.2 < best.similarity <= 1.0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert best.passage.text.startswith("# Returns")
    assert best.passage.language == "en"


def test_agents_see_internal_passages_and_customers_never(search: Search) -> None:
    question = "refund up to which limit? return fraud score desk goodwill"
    assert {"Goodwill limits", "Returns fraud score"} <= set(_titles(search, question))
    assert {hit.passage.visibility for hit in search.search(question, audience="customer")} == {"public"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(" ".join(ARTICLES.values()).split()), max_size=12).map(" ".join)
    | st.sampled_from(["visibility:internal", "* OR visibility:internal", '"}) internal'])
)
def test_no_query_gives_a_customer_an_internal_passage(search: Search, query: str) -> None:
    assert all(hit.passage.visibility == "public" for hit in search.search(query, audience="customer", limit=50))


@pytest.mark.parametrize("query", ["", "   \n", "\x00", "\ud800"])
def test_an_empty_query_is_no_error(search: Search, query: str) -> None:
    assert isinstance(search.search(query, audience="customer"), list)
    assert search.search("returns", audience="customer", limit=0) == []


def test_a_message_of_a_hundred_thousand_characters(search: Search) -> None:
    started = time.perf_counter()
    hits = search.search("My gas stove. " + "blah blubb " * 10_000, audience="customer", limit=3)
    assert time.perf_counter() - started < 2
    assert len(hits) == 3


def test_a_new_article_is_found_within_a_second(search: Search, small_library: SmallLibrary) -> None:
    small_library.write("skis", "# Waxing skis\n\nWax your skis after every fifth day on the snow.")
    started = time.perf_counter()
    small_library.ingest()
    while _titles(search, "wax for skis")[0] != "Waxing skis":
        assert time.perf_counter() - started < 5
    assert time.perf_counter() - started < 1.5


def test_refresh_follows_changes_removals_and_visibility(search: Search, small_library: SmallLibrary) -> None:
    small_library.write("returns", "# Returns\n\nYou may bring back snowshoes within ninety days.")
    (small_library.folder / "delivery.md").unlink()
    small_library.ingest(rules=VisibilityRules(internal=("title:Gas stoves",), default="public"))
    search.refresh()
    assert "ninety" in search.search("bring back snowshoes", audience="customer")[0].passage.text
    assert "Delivery" not in _titles(search, "parcels arrive")
    assert "Gas stoves" not in _titles(search, "gas stove in a tent", "customer")
    assert "Gas stoves" in _titles(search, "gas stove in a tent")
    assert search.count == 4


def test_a_second_process_searches_in_memory(search: Search, small_library: SmallLibrary) -> None:
    second = small_library.open()
    assert (search.owner, second.owner) == (True, False)
    for question in ("return a jacket", "goodwill refund"):
        assert _titles(second, question) == _titles(search, question)
    small_library.write("skis", "# Waxing skis\n\nWax your skis.")
    small_library.ingest()
    second.refresh()
    assert _titles(second, "wax skis")[0] == "Waxing skis"
    second.close()
    assert _titles(search, "return a jacket")


def test_the_owner_gives_the_index_to_the_next(small_library: SmallLibrary) -> None:
    for _ in range(2):
        opened = small_library.open()
        assert opened.owner
        assert opened.count == 5
        assert _titles(opened, "return a jacket")[0] == "Returns"
        opened.close()


def test_scopes_do_not_see_each_other(search: Search, small_library: SmallLibrary) -> None:
    other = open_search(small_library.settings, small_library.database, Scope(brand="other"), small_library.embedder)
    assert other.owner
    assert other.search("return a jacket", audience="agent") == []
    other.close()


def test_reindex_fills_from_the_database(small_library: SmallLibrary) -> None:
    seen: list[tuple[int, int]] = []
    arguments = (small_library.settings, small_library.database, small_library.scope, small_library.embedder)
    assert reindex(*arguments, lambda done, total: seen.append((done, total))) == 5
    assert seen[-1] == (5, 5)
    opened = small_library.open()
    assert _titles(opened, "return a jacket")[0] == "Returns"
    with pytest.raises(Conflict, match="owns the search index"):
        reindex(*arguments)
    opened.close()


def test_articles_ingested_without_vectors_get_them_when_a_search_opens(small_library: SmallLibrary) -> None:
    embedder, small_library.embedder = small_library.embedder, None  # type: ignore[assignment]
    small_library.write("skis", "# Waxing skis\n\nWax your skis.")
    small_library.ingest()
    small_library.embedder = embedder
    opened = small_library.open()
    hit = opened.search("wax skis", audience="customer")[0]
    assert (hit.passage.title, hit.dense_rank) == ("Waxing skis", 1)
    opened.close()


def test_many_threads_search_while_the_library_changes(search: Search, small_library: SmallLibrary) -> None:
    stop = threading.Event()

    def ask(number: int) -> int:
        asked = 0
        while not stop.is_set():
            assert all(hit.passage.visibility == "public" for hit in search.search("return tent", audience="customer"))
            assert _titles(search, f"gas stove {number}")[0] == "Gas stoves"
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, number) for number in range(4)]
        for number in range(6):
            small_library.write(f"extra{number}", f"# Extra {number}\n\nSomething about skis number {number}.")
            small_library.ingest()
            search.refresh()
        stop.set()
        assert min(one.result() for one in asking) > 0
    assert search.count == 11


def test_a_precomputed_vector_gives_the_same(search: Search) -> None:
    question = "when does my parcel arrive"
    vector = search.embedder.embed([question])[0]
    assert search.search_vector(question, vector, "agent", 3) == search.search(question, audience="agent", limit=3)


def test_the_langchain_face(search: Search) -> None:
    retriever = PassageRetriever(search=search, audience="customer", limit=2)
    documents = retriever.invoke("return a jacket")
    assert len(documents) == 2
    assert documents[0].metadata["title"] == "Returns"
    assert set(documents[0].metadata) == {"article", "title", "heading", "url", "visibility", "language", "score"}
    assert {document.metadata["visibility"] for document in documents} == {"public"}
