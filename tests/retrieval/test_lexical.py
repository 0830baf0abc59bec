"""The lexical index: stems, visibility, updates, and queries of every kind."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.ids import ArticleId, PassageId
from retrieval.lexical import MAX_WORDS, LexicalIndex, query_words
from retrieval.passages import Passage


def _passage(key: str, text: str, **more: Any) -> Passage:
    fields = {"title": "", "heading": "", "url": "", "visibility": "public", "language": "en"} | more
    return Passage(id=PassageId(key), article=ArticleId("a"), text=text, **fields)


PASSAGES = [
    _passage("tent", "Tents are waterproof."),
    _passage("stove", "A stove boils water.", title="Stoves"),
    _passage("limit", "Refund limits for stoves.", visibility="internal"),
]


@pytest.fixture(params=["memory", "disk"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> LexicalIndex:
    made = LexicalIndex(None if request.param == "memory" else tmp_path / "lexical")
    made.update(PASSAGES, [])
    return made


def _ids(index: LexicalIndex, query: str, *visibilities: Any) -> list[str]:
    return [key for key, _ in index.search(query, visibilities or ("public", "internal"), 10)]


def test_words_match_by_their_stem_and_without_accents(index: LexicalIndex) -> None:
    assert _ids(index, "tent?") == ["tent"]
    assert _ids(index, "STÓVE") == ["stove", "limit"]
    assert _ids(index, "the of and") == []


def test_only_the_named_visibilities_are_found(index: LexicalIndex) -> None:
    assert _ids(index, "stoves refund", "public") == ["stove"]
    assert _ids(index, "stoves refund", "internal") == ["limit"]
    assert index.search("stoves", (), 10) == []


def test_updates_are_seen_at_once_and_repeat_without_doubling(index: LexicalIndex) -> None:
    index.update([PASSAGES[0], _passage("new", "Skis")], ["tent", "stove"])
    assert index.ids() == {"tent", "limit", "new"}
    assert _ids(index, "skis") == ["new"]
    assert _ids(index, "boils") == []
    index.probe()


def test_an_index_on_disk_is_found_again(tmp_path: Path) -> None:
    first = LexicalIndex(tmp_path)
    first.update(PASSAGES, [])
    first.close()
    del first
    second = LexicalIndex(tmp_path)
    second.probe()
    assert second.ids() == {"tent", "stove", "limit"}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.sampled_from(['title:"', "AND OR NOT", "(((", "a^9 ~2 *", "[a TO b]"]))
def test_no_query_is_an_error(query: str) -> None:
    index = LexicalIndex()
    index.update(PASSAGES, [])
    assert set(_ids(index, query)) <= {"tent", "stove", "limit"}


def test_a_very_long_query_still_finds_what_its_ends_say(index: LexicalIndex) -> None:
    noise = " ".join(f"noise{number}" for number in range(20_000))
    assert _ids(index, f"my tent {noise}") == ["tent"]
    assert "stove" in _ids(index, f"{noise} boils")
    assert len(query_words(noise)) > MAX_WORDS


def test_words_that_say_how_it_is_asked_count_less() -> None:
    assert query_words("How do I pitch the tent?") == {"how": 0.6, "do": 0.6, "i": 0.6, "pitch": 1.0, "tent": 1.0}
    assert query_words("Wie kann ich das Zelt aufbauen?")["zelt"] == 1.0
    assert query_words("Wie kann ich das Zelt aufbauen?")["kann"] == 0.6
    assert query_words("why?") == {"whi": 0.6}


def test_a_repeated_word_counts_more_but_not_twice() -> None:
    assert query_words("tent tents TENT tent stove") == {"tent": 2.0, "stove": 1.0}
