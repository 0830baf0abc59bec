"""Sources are read by themselves: by a running worker, again when they are due, and again when they failed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.parts import Parts, open_parts
from api.worker.sites import SYNC, is_due, sync
from api.worker.work import Works
from api.worker.worker import open_worker
from knowledge.library.articles import list_articles
from knowledge.library.sources import LastRead, list_sources
from knowledge.settings import Settings
from knowledge.work import marks
from tests.api.conftest import HelpCentre
from tests.api.worker.conftest import QUICK

FIXTURES = Path(__file__).parents[2] / "knowledge/library/fixtures"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _settings(tmp_path: Path, sites: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", sites=sites, crawl_private=True, crawl_seconds=0)


def _titles(parts: Parts) -> dict[str, tuple[str, int]]:
    with parts.database.read() as session:
        return {one.title: (one.visibility, one.version) for one in list_articles(session, parts.scope)}


def _lasts(parts: Parts) -> dict[str, LastRead]:
    with parts.database.read() as session:
        return {one.name: one.last for one in list_sources(session, parts.scope) if one.last}


def _outcome(parts: Parts) -> str:
    with parts.database.read() as session:
        return next((run.outcome for run in marks.list_runs(session, parts.scope)), "")


def test_a_worker_reads_a_help_centre_and_a_folder_by_itself(
    help_centre: HelpCentre, tmp_path: Path, until: Callable[..., None]
) -> None:
    folder = tmp_path / "our help"
    (folder / "staff").mkdir(parents=True)
    (folder / "tents.md").write_text("# Tents\n\nDry a tent before you pack it.")
    (folder / "staff/refunds.md").write_text("# Refunds\n\nUp to twenty pounds at once.")
    settings = _settings(tmp_path, f"{help_centre.sitemap} public, '{folder}' internal=path:staff/* public")
    now = [NOW]
    with open_parts(settings, clock=lambda: now[0]) as parts, open_worker(parts, Works([SYNC]), QUICK):
        first = {
            "Returns": ("public", 1),
            "Delivery": ("public", 1),
            "Tents": ("public", 1),
            "Refunds": ("internal", 1),
        }
        until(lambda: _titles(parts) == first and _outcome(parts) == "done")
        help_centre.write("returns", "Now within sixty days.")
        help_centre.write("stoves")
        help_centre.name("returns", "stoves")
        (folder / "tents.md").unlink()
        (folder / "boots.md").write_text("# Boots\n\nWax them.")
        now[0] += timedelta(hours=23)
        until(lambda: _outcome(parts) == "done")
        assert _titles(parts) == first
        now[0] += timedelta(hours=1)
        second = {"Returns": ("public", 2), "Stoves": ("public", 1), "Boots": ("public", 1), "Refunds": ("internal", 1)}
        until(lambda: _titles(parts) == second)
        until(lambda: _lasts(parts)[help_centre.sitemap].removed == 1 and _outcome(parts) == "done")
        help_centre.close()
        now[0] += timedelta(days=1)
        until(lambda: "does not answer" in _outcome(parts))
        assert _titles(parts) == second
        lasts = _lasts(parts)
        assert lasts[help_centre.sitemap].failures >= 1  # it is tried again soon
        assert lasts[help_centre.sitemap].good_at == NOW + timedelta(days=1)
        assert (lasts[folder.as_posix()].problem, lasts[folder.as_posix()].good_at) == ("", now[0])


def test_one_that_cannot_be_read_does_not_stop_the_others_and_is_tried_again(
    help_centre: HelpCentre, tmp_path: Path
) -> None:
    missing, folder = f"{help_centre.url}/missing.xml", tmp_path / "away"
    with open_parts(_settings(tmp_path, f"{missing}, {folder}, {help_centre.sitemap} public")) as parts:
        told = sync(parts, NOW)
        assert told.startswith("2 of 3 sources cannot be read.")
        assert "answers 404" in told
        assert "There is nothing at" in told
        assert set(_titles(parts)) == {"Returns", "Delivery"}
        folder.mkdir()
        (folder / "tents.md").write_text("# Tents\n\nDry a tent.")
        sync(parts, NOW + timedelta(minutes=4))
        assert "Tents" not in _titles(parts)
        assert sync(parts, NOW + timedelta(minutes=5)).startswith("1 of 3 sources")
        assert _titles(parts)["Tents"] == ("internal", 1)
        assert (_lasts(parts)[missing].failures, _lasts(parts)[folder.as_posix()].failures) == (2, 0)


def test_much_of_a_source_is_removed_by_a_person_only(help_centre: HelpCentre, tmp_path: Path) -> None:
    names = [f"page{number}" for number in range(13)]
    for name in names:
        help_centre.write(name)
    help_centre.name(*names)
    with open_parts(_settings(tmp_path, f"{help_centre.sitemap} public")) as parts:
        sync(parts, NOW)
        help_centre.name("page0", "page1")
        sync(parts, NOW + timedelta(days=1))
        assert len(_titles(parts)) == 13
        assert "11 of its 13 articles would be gone" in _lasts(parts)[help_centre.sitemap].findings[0].reason
        help_centre.name(*names[:7])
        sync(parts, NOW + timedelta(days=2))
        assert len(_titles(parts)) == 7


def test_when_a_source_is_due() -> None:
    every = timedelta(hours=24)
    last = LastRead(NOW, NOW, "", 0, 0, 0, 0, 0, 0, ())
    assert is_due(None, every, NOW)
    assert [is_due(last, every, NOW + timedelta(hours=hours)) for hours in (0, 23, 24, -1)] == [
        False,
        False,
        True,
        True,
    ]
    waits = {1: 5, 2: 20, 3: 80, 4: 320, 5: 1280, 6: 24 * 60, 400: 24 * 60}
    for failures, minutes in waits.items():
        failed = LastRead(NOW, None, "down", failures, 0, 0, 0, 0, 0, ())
        assert not is_due(failed, every, NOW + timedelta(minutes=minutes - 1))
        assert is_due(failed, every, NOW + timedelta(minutes=minutes))


def test_an_api_is_kept_in_step(help_centre: HelpCentre, tmp_path: Path) -> None:
    answer = json.loads((FIXTURES / "zendesk.json").read_text())
    file = help_centre.folder / "api/v2/help_center/articles.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(answer))
    address = f"{help_centre.url}/api/v2/help_center/articles.json"
    with open_parts(_settings(tmp_path, address)) as parts:
        assert sync(parts, NOW) == ""
        with parts.database.read() as session:
            assert len(list_articles(session, parts.scope)) == 4
        answer["articles"] = [one for one in answer["articles"] if one["id"] != 2]
        answer["articles"][0]["body"] = "<p>You may send a tent back within 60 days.</p>"
        file.write_text(json.dumps(answer))
        sync(parts, NOW + timedelta(days=1))
        with parts.database.read() as session:
            found = {one.key: one.version for one in list_articles(session, parts.scope)}
        assert found == {"zendesk:1:en-us": 2, "zendesk:4:en-us": 1, "zendesk:1:de": 1}
        file.write_text('{"articles": "none"}')
        assert "no list of articles of Zendesk" in sync(parts, NOW + timedelta(days=2))
