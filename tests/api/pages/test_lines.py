"""Lines of the timeline: page views in a row are told as one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api.pages.lines import Known, lines_of
from knowledge.customers.entries import Entry, NoteAdded, PageViewed, Payload
from knowledge.ids import CustomerId, EntryId

START = datetime(2026, 3, 10, 23, 57, tzinfo=UTC)
KNOWN = Known("Ana", {}, {}, None, ZoneInfo("UTC"))


def entries(*payloads: Payload) -> list[Entry]:
    """One entry a minute from three minutes before midnight."""
    return [
        Entry(number, EntryId(str(number)), at, at, payload.kind, CustomerId("c"), None, payload)
        for number, payload in enumerate(payloads)
        for at in [START + timedelta(minutes=number)]
    ]


def view(name: str) -> PageViewed:
    return PageViewed(url=f"https://a.example/{name}", title=name)


def test_views_in_a_row_are_one_line_for_each_day() -> None:
    happened = entries(*map(view, "abcde"), NoteAdded("n", "s"), view("f"))
    lines = lines_of(happened, KNOWN)
    assert [(line.kind, line.says, len(line.folded)) for line in lines] == [
        ("page_viewed", "Viewed 3 pages", 3),
        ("page_viewed", "Viewed 2 pages", 2),
        ("note_added", "", 0),
        ("page_viewed", "Looked at f", 0),
    ]
    assert [line.says for line in lines[0].folded] == ["Looked at a", "Looked at b", "Looked at c"]
    assert [bool(line.day) for line in lines] == [True, True, False, False]
