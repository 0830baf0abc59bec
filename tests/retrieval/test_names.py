from hypothesis import given
from hypothesis import strategies as st

from retrieval.names import SHARED, Names

TITLES = [*["Galleria"] * SHARED, *["Bridge Guest House"] * SHARED, *["Bridge"] * SHARED, *["Returns"] * (SHARED - 1)]


def test_names_are_titles_that_many_articles_share() -> None:
    names = Names(TITLES)
    text = "Is the GALLERIA near the bridge guest house? About returns: none. Galleria again, over a bridge."
    assert names.said_in(text) == ["Galleria", "Bridge Guest House", "Bridge"]
    assert names.said_in("Galleriana and abridge") == []
    assert Names(()).said_in(text) == []


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=20))
def test_any_text_and_titles_are_read(text: str, titles: list[str]) -> None:
    found = Names(titles * SHARED).said_in(text)
    assert len(found) == len(set(found))
    assert set(found) <= set(titles)
