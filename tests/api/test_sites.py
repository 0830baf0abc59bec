"""A help centre on this machine comes into the library, by the command and by the nightly job."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.app import app
from api.parts import open_parts
from api.sites import parse_sites
from api.worker.sites import sync
from knowledge.failures import Failure, Rejected
from knowledge.library.articles import list_articles
from knowledge.settings import Settings

FIXTURES = Path(__file__).parents[1] / "knowledge/library/fixtures"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def help_centre(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "web"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    for name in ("returns", "delivery"):
        html = f"<html><head><title>{name.title()}</title></head><body><p>All about {name} here.</p></body></html>"
        (folder / f"{name}.html").write_text(html)
    _sitemap(folder, url, "returns", "delivery")
    yield url, folder
    server.shutdown()
    server.server_close()


def _sitemap(folder: Path, url: str, *names: str) -> None:
    rows = "".join(f"<url><loc>{url}/{name}.html</loc></url>" for name in names)
    (folder / "sitemap.xml").write_text(f"<urlset>{rows}</urlset>")


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="threadline")


def test_the_command_reads_a_help_centre(
    help_centre: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, folder = help_centre
    monkeypatch.chdir(tmp_path)
    words = ["ingest", f"{url}/sitemap.xml", "--visibility", "public", "--prune", "--json"]
    refused = _run(*words)
    assert refused.exit_code == 1
    assert "THREADLINE_CRAWL_PRIVATE=true" in refused.stderr
    monkeypatch.setenv("THREADLINE_CRAWL_PRIVATE", "true")
    monkeypatch.setenv("THREADLINE_CRAWL_SECONDS", "0")
    first = json.loads(_run(*words).stdout)
    assert (first["added"], first["visibility"], first["skipped"]) == (2, {"public": 2, "internal": 0}, [])
    assert json.loads(_run(*words).stdout)["unchanged"] == 2
    _sitemap(folder, url, "returns")
    assert json.loads(_run(*words).stdout)["removed"] == 1


def test_the_nightly_job_reads_every_site_that_can_be_read(help_centre: tuple[str, Path], tmp_path: Path) -> None:
    url, _ = help_centre
    settings = Settings(
        data_dir=tmp_path / "data",
        sites=f"{url}/missing.xml, {url}/sitemap.xml public",
        crawl_private=True,
        crawl_seconds=0,
    )
    with open_parts(settings) as parts:
        with pytest.raises(Failure, match="answers 404"):
            sync(parts, NOW)
        with parts.database.read() as session:
            found = list_articles(session, parts.scope)
    assert [(one.title, one.visibility, one.source) for one in found] == [
        ("Delivery", "public", f"{url}/sitemap.xml"),
        ("Returns", "public", f"{url}/sitemap.xml"),
    ]


def test_an_api_comes_in_by_the_command_and_is_kept_in_step_by_the_nightly_job(
    help_centre: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, folder = help_centre
    answer = json.loads((FIXTURES / "zendesk.json").read_text())
    file = folder / "api/v2/help_center/articles.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(answer))
    address = f"{url}/api/v2/help_center/articles.json"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THREADLINE_CRAWL_PRIVATE", "true")
    monkeypatch.setenv("THREADLINE_CRAWL_SECONDS", "0")
    monkeypatch.setenv("THREADLINE_HELP_CENTRE_KEYS", "shop.zendesk.com=me@x.example/token:abc")
    words = ["ingest", address, "--prune", "--json"]
    first = json.loads(_run(*words).stdout)
    assert (first["added"], first["visibility"], first["skipped"]) == (4, {"public": 2, "internal": 2}, [])
    settings = Settings(data_dir=tmp_path / ".threadline", sites=address, crawl_private=True, crawl_seconds=0)
    answer["articles"] = [one for one in answer["articles"] if one["id"] != 2]
    answer["articles"][0]["body"] = "<p>You may send a tent back within 60 days.</p>"
    file.write_text(json.dumps(answer))
    with open_parts(settings) as parts:
        sync(parts, NOW)
        with parts.database.read() as session:
            found = {one.key: one.version for one in list_articles(session, parts.scope)}
    assert found == {"zendesk:1:en-us": 2, "zendesk:4:en-us": 1, "zendesk:1:de": 1}
    file.write_text('{"articles": "none"}')
    refused = _run(*words)
    assert refused.exit_code == 1
    assert "no list of articles of Zendesk" in refused.stderr


@pytest.mark.parametrize("text", ["https://h/s.xml secret", "ftp://h/s.xml", "sitemap.xml", "https://me:pw@h/s.xml"])
def test_a_setting_that_names_no_site(text: str) -> None:
    with pytest.raises(Rejected):
        parse_sites(text)
