"""A narrowed search finds all that fits and nothing else, whether little or much of the library does."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import numpy as np
import pytest

from knowledge.failures import Rejected
from retrieval import narrowing
from retrieval.narrowing import KEPT, Parts, check_stated
from retrieval.passages import Only
from retrieval.search import Search
from tests.retrieval.conftest import SmallLibrary

EMBER = "---\nproduct: Ember\n---\n# Gas stoves\n\nNever use a gas stove inside a tent."
ASK = "gas stove inside a tent"


@pytest.fixture
def tents(small_library: SmallLibrary, search: Search) -> Search:
    """Many articles that fit the question, hardly any that fits what it is narrowed to."""
    small_library.write("stoves", EMBER)
    small_library.write("zelte", "---\nlanguage: de-AT\n---\n# Zelte\n\nDas Zelt kann man dreißig Tage zurückgeben.")
    small_library.write(
        "limits",
        "---\nproduct: Ember\nvisibility: internal\n---\n# Ember limits\n\nRefund a gas stove up to £10.",
    )
    small_library.write(
        "fraud",
        "---\nvisibility: internal\nlanguage: en\n---\n# Returns fraud score\n\nNine goes to the fraud desk.",
    )
    for number in range(60):
        small_library.write(f"tent-{number}", f"# Tent {number}\n\nA gas stove in a tent, a tent, a tent: {number}.")
    small_library.ingest()
    search.refresh()
    return search


def test_what_fits_is_found_among_few_and_among_many(tents: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    def titles(only: Only, audience: str = "customer", ask: str = ASK) -> list[str]:
        return [hit.passage.title for hit in tents.search(ask, audience=audience, only=only)]  # type: ignore[arg-type]

    assert len(titles(Only())) == 10
    for few in (narrowing.FEW, 0):  # an exact index of their own, and a deeper look into the big one
        monkeypatch.setattr(narrowing, "FEW", few)
        tents._parts.forget()
        assert titles(Only(product="Ember")) == titles(Only(product=" eMBER ")) == ["Gas stoves"]
        assert titles(Only(product="Ember"), "agent") == ["Gas stoves", "Ember limits"]
        assert titles(Only(language="de")) == titles(Only(language="DE-at")) == ["Zelte"]
        assert titles(Only("Ember", "de")) == titles(Only(product="Emb")) == titles(Only(language="d")) == []
        assert "Returns fraud score" in titles(Only(language="en"), "agent", "fraud desk")
        assert "Returns fraud score" not in titles(Only(language="en"), "customer", "fraud desk")


def test_a_narrowed_search_follows_the_library(small_library: SmallLibrary, search: Search) -> None:
    small_library.write("stoves", EMBER)
    small_library.ingest()
    search.refresh()
    assert search.search(ASK, audience="customer", only=Only(product="Glow")) == []
    assert len(search.search(ASK, audience="customer", only=Only(product="Ember"))) == 1
    small_library.write("stoves", EMBER.replace("Ember", "Glow"))
    small_library.ingest()
    search.refresh()
    assert search.search(ASK, audience="customer", only=Only(product="Ember")) == []
    (hit,) = search.search(ASK, audience="customer", only=Only(product="Glow"))
    assert hit.similarity == pytest.approx(
        float(search.vector(ASK) @ search.embedder.embed([f"{hit.passage.title}\n{hit.passage.text}"])[0]), abs=1e-5
    )


def test_few_parts_are_kept(small_library: SmallLibrary, search: Search) -> None:
    for number in range(KEPT + 2):
        small_library.write(
            f"product-{number}", f"---\nproduct: Product {number}\n---\n# Stoves\n\nClean it: {number}."
        )
    small_library.ingest()
    parts = Parts(search._store, search.embedder)
    for number in range(KEPT + 2):
        parts.of(Only(product=f"Product {number}"))
    assert len(parts._kept) == KEPT
    english = parts.of(Only(language="en"))
    assert english is parts.of(Only(language="en"))
    assert english.exact is not None
    assert english.exact.dense.ids() == english.exact.lexical.ids() == english.ids != frozenset()
    assert np.isclose(english.exact.dense.search(search.vector(ASK), ["public"], 1)[0][1], 0.7, atol=0.3)


def test_a_part_is_made_once_however_often_and_in_whatever_letters_it_is_asked_for(
    small_library: SmallLibrary, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_library.write("stoves", EMBER)
    small_library.ingest()
    search.refresh()
    made: list[Only] = []
    slowly = search._parts._make

    def make(only: Only) -> narrowing.Part:
        made.append(only)
        sleep(0.05)
        return slowly(only)

    monkeypatch.setattr(search._parts, "_make", make)
    with ThreadPoolExecutor(8) as pool:
        asked = [Only(product=name) for name in ("Ember", "ember", " EMBER ", "eMber")] * 4
        found = list(pool.map(lambda only: search.search(ASK, audience="customer", only=only), asked))
    assert {len(hits) for hits in found} == {1}
    assert made == [Only(product="ember")]
    for number in range(2 * KEPT):
        assert search.search(ASK, audience="customer", only=Only(product=f"none {number}")) == []
    assert len(search.search(ASK, audience="customer", only=Only(product="Ember"))) == 1
    assert made.count(Only(product="ember")) == 1


def test_what_no_article_states_is_refused_with_what_they_do(small_library: SmallLibrary) -> None:
    scope = small_library.scope
    with small_library.database.read() as session, pytest.raises(Rejected) as refused:
        check_stated(session, scope, Only(product="Ember"))
    assert refused.value.remedy == "No article states products."
    small_library.write("stoves", EMBER)
    small_library.ingest()
    with small_library.database.read() as session:
        check_stated(session, scope, Only(product="ember", language="EN"))
        for only, told in ((Only(product="Glow" * 99), "Ember"), (Only(language="xx"), "en")):
            with pytest.raises(Rejected, match="No article") as refused:
                check_stated(session, scope, only)
            assert told in refused.value.remedy
            assert len(refused.value.message) < 200
