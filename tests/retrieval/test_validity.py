"""An article outside its dates is not found, and comes and goes without an ingest."""

from datetime import date

from knowledge.customers.entries import Visibility
from retrieval.search import Search, open_search


def _titles(search: Search, audience: str = "agent") -> set[str]:
    search.refresh()
    return {hit.passage.title for hit in search.search("winter sale discount", audience=audience, limit=10)}  # type: ignore[arg-type]


def test_articles_come_and_go_by_themselves(small_library) -> None:
    front = "---\nvalid_from: 2026-12-01\nvalid_until: 2026-12-24\n---\n"
    small_library.write("winter", f"{front}# Winter sale\n\nThe winter sale gives a discount of thirty percent.")
    small_library.ingest()
    days = [date(2026, 11, 30)]
    place = small_library
    search = open_search(place.settings, place.database, place.scope, place.embedder, lambda: days[-1])
    try:
        assert "Winter sale" not in _titles(search)
        for day, there in ((date(2026, 12, 1), True), (date(2026, 12, 24), True), (date(2026, 12, 25), False)):
            days.append(day)
            assert ("Winter sale" in _titles(search)) is there
            assert ("Winter sale" in _titles(search, "customer")) is there
        small_library.write(
            "winter", front.replace("12-24", "12-31") + "# Winter sale\n\nThe winter sale gives a discount."
        )
        small_library.ingest()
        assert "Winter sale" in _titles(search)
        visibility: Visibility = "public"
        assert all(hit.passage.visibility == visibility for hit in search.search("sale", audience="customer"))
    finally:
        search.close()
    opened = open_search(place.settings, place.database, place.scope, place.embedder, lambda: date(2027, 1, 1))
    try:
        assert "Winter sale" not in _titles(opened)
    finally:
        opened.close()
