"""Answers of help-centre APIs: each language an article, drafts left out, visibility as the vendor states it."""

import json
from pathlib import Path

import pytest

from knowledge.library.drafts import Draft, Finding
from knowledge.library.readers import find_files, read

FIXTURES = Path(__file__).parent / "fixtures"


def _read(path: Path, max_bytes: int = 100_000) -> tuple[dict[str, Draft], list[Finding]]:
    items = list(read(path, find_files(path), max_bytes))
    return (
        {item.key: item for item in items if isinstance(item, Draft)},
        [item for item in items if isinstance(item, Finding)],
    )


def test_zendesk_says_who_may_read() -> None:
    drafts, findings = _read(FIXTURES / "zendesk.json")
    assert {key: (one.visibility, one.language) for key, one in drafts.items()} == {
        "zendesk:1:en-us": ("public", "en-us"),
        "zendesk:2:en-us": ("internal", "en-us"),
        "zendesk:4:en-us": ("internal", "en-us"),
        "zendesk:1:de": ("public", "de"),
    }
    first = drafts["zendesk:1:en-us"]
    assert first.title == "Sending a tent back"
    assert "You may send a tent back within 30 days." in first.text
    assert "<" not in first.text
    assert first.url == "https://shop.zendesk.com/hc/en-us/articles/1"
    assert first.stated_date == "2026-02-10T12:00:00Z"
    assert [(one.reason, one.harmless) for one in findings] == [("a draft", True)]


def test_intercom_in_every_published_language() -> None:
    drafts, findings = _read(FIXTURES / "intercom.json")
    assert {key: (one.title, one.language, one.visibility) for key, one in drafts.items()} == {
        "intercom:7:en": ("Delivery times", "en", None),
        "intercom:7:fr": ("Délais de livraison", "fr", None),
    }
    assert drafts["intercom:7:fr"].stated_date == "2023-01-05"
    assert [one.where for one in findings] == ["intercom.json article 1 de", "intercom.json article 2 en"]


def test_chatwoot_published_only_and_no_visibility_from_its_text() -> None:
    drafts, findings = _read(FIXTURES / "chatwoot.json")
    assert {key: (one.title, one.visibility, one.group) for key, one in drafts.items()} == {
        "chatwoot:1": ("Care of down", None, "Care"),
        "chatwoot:4": ("Stitching", None, "Care"),
    }
    assert "Wash down jackets at 30 degrees." in drafts["chatwoot:1"].text
    assert len(findings) == 2


def test_a_folder_of_answers_keeps_the_vendors_ids(tmp_path: Path) -> None:
    for name in ("zendesk", "intercom", "chatwoot"):
        (tmp_path / f"{name}.json").write_bytes((FIXTURES / f"{name}.json").read_bytes())
    (tmp_path / "package.json").write_text('{"name": "x"}')
    drafts, findings = _read(tmp_path)
    assert len(drafts) == 8
    assert [one.where for one in findings if not one.reason.startswith("a draft")] == ["package.json"]
    assert all(one.harmless for one in findings)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("{", "no valid JSON"),
        ("[" * 5_000, "no valid JSON"),
        ('{"articles": [1]}', "no article with an id"),
        ('{"articles": [{"id": null}]}', "no article with an id"),
        ('{"payload": [{"title": "x"}], "meta": {}}', "no article with an id"),
        ('{"type": "list", "data": ["x"]}', "no article with an id"),
    ],
)
def test_answers_that_are_none(tmp_path: Path, answer: str, reason: str) -> None:
    (tmp_path / "a.json").write_text(answer)
    drafts, (finding,) = _read(tmp_path / "a.json")
    assert drafts == {}
    assert finding.reason == reason


def test_odd_values_are_no_values(tmp_path: Path) -> None:
    odd = {"id": 1, "draft": False, "title": ["x"], "body": {"a": 1}, "locale": 7, "updated_at": 1, "html_url": None}
    scripted = {"id": 2, "draft": False, "title": "A <b>", "body": "<p>Read me.</p><script>steal()</script>"}
    big = {"id": 3, "draft": False, "body": f"<p>{'word ' * 3_000}</p>", "user_segment_id": None}
    (tmp_path / "a.json").write_text(json.dumps({"articles": [odd, scripted, big]}))
    drafts, (finding,) = _read(tmp_path / "a.json", 10_000)
    assert drafts["zendesk:1:"].text == ""
    assert drafts["zendesk:2:"].visibility == "internal"  # it does not say that everyone may read it
    assert "steal" not in drafts["zendesk:2:"].text
    assert finding.reason == "larger than 10,000 bytes"
