"""A help centre on this machine comes into the library by the command; what the setting may say."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.app import app
from api.sites import Site, parse_sites
from knowledge.failures import Rejected
from knowledge.library.visibility import VisibilityRules
from tests.api.conftest import HelpCentre


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="threadline")


def test_the_command_reads_a_help_centre(
    help_centre: HelpCentre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["ingest", help_centre.sitemap, "--visibility", "public", "--prune", "--json"]
    refused = _run(*words)
    assert refused.exit_code == 1
    assert "THREADLINE_CRAWL_PRIVATE=true" in refused.stderr
    monkeypatch.setenv("THREADLINE_CRAWL_PRIVATE", "true")
    monkeypatch.setenv("THREADLINE_CRAWL_SECONDS", "0")
    first = json.loads(_run(*words).stdout)
    assert (first["added"], first["visibility"], first["skipped"]) == (2, {"public": 2, "internal": 0}, [])
    assert json.loads(_run(*words).stdout)["unchanged"] == 2
    help_centre.name("returns")
    assert json.loads(_run(*words).stdout)["removed"] == 1
    (source,) = json.loads(_run("library", "sources", "--json").stdout)["sources"]
    assert (source["name"], source["public"], source["last"]["removed"]) == (help_centre.sitemap, 1, 1)
    assert help_centre.sitemap in _run("library", "sources").stdout


@pytest.mark.parametrize(
    "text",
    [
        "https://h/s.xml secret",
        "https://h/s.xml public internal",
        "https://h/s.xml internal=staff/*",
        "https://h/s.xml 'public",
        "ftp://h/s.xml",
        "sitemap.xml",
        "help/ public",
        "https://me:pw@h/s.xml",
        "public",
    ],
)
def test_a_setting_that_names_no_site(text: str) -> None:
    with pytest.raises(Rejected):
        parse_sites(text)


def test_what_the_setting_may_say() -> None:
    said = (
        "https://h/s.xml, '/srv/our help' internal=path:staff/* internal=title:Internal* public,,/srv/faq public=id:a"
    )
    assert parse_sites(said) == [
        Site("https://h/s.xml", VisibilityRules()),
        Site("/srv/our help", VisibilityRules(internal=("path:staff/*", "title:Internal*"), default="public")),
        Site("/srv/faq", VisibilityRules(public=("id:a",))),
    ]
