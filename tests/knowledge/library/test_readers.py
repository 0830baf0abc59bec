"""Reading files: every format, and bad input that never stops the rest."""

import gzip
import json
from pathlib import Path

import pytest

from knowledge.failures import Rejected
from knowledge.library.drafts import Draft, Finding
from knowledge.library.readers import find_files, read

MAX = 100_000


def _read(path: Path, max_bytes: int = MAX) -> tuple[list[Draft], list[Finding]]:
    items = list(read(path, find_files(path), max_bytes))
    return [i for i in items if isinstance(i, Draft)], [i for i in items if isinstance(i, Finding)]


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    front = "title: Returns\nvisibility: internal\nlang: de\nupdated: 2026-05-01\nurl: https://x.example/r"
    text = f"---\n{front}\n---\n# R\nbody"
    (draft,), findings = _read(_write(tmp_path / "returns.md", text))
    assert (draft.key, draft.title, draft.text) == ("returns.md", "Returns", "# R\nbody")
    assert (draft.visibility, draft.language, draft.stated_date) == ("internal", "de", "2026-05-01")
    assert draft.url == "https://x.example/r"
    assert findings == []


def test_title_comes_from_the_first_heading_then_from_the_name(tmp_path: Path) -> None:
    _write(tmp_path / "a.md", "text\n\n# Two  words #\nmore")
    _write(tmp_path / "my_long-name.md", "text")
    drafts, _ = _read(tmp_path)
    assert [draft.title for draft in drafts] == ["Two words", "my long name"]


@pytest.mark.parametrize("front", ["title: [", "updated: 2026-99-99", "a: &a [*a", "[" * 5000])
def test_broken_front_matter_is_noted_and_kept_internal(tmp_path: Path, front: str) -> None:
    (draft,), _ = _read(_write(tmp_path / "a.md", f"---\n{front}\n---\nbody"))
    assert draft.visibility == "internal"
    assert draft.text == "body"
    assert "no valid YAML" in draft.notes[0]


def test_an_unknown_visibility_is_never_public(tmp_path: Path) -> None:
    (draft,), _ = _read(_write(tmp_path / "a.md", "---\nvisibility: everybody\n---\nbody"))
    assert draft.visibility == "internal"
    assert "everybody" in draft.notes[0]


def test_mdx_loses_modules_and_tags_but_no_code(tmp_path: Path) -> None:
    text = (
        "import X from './x'\nexport default X\n\n<Note>Mind the `<Gap>`.</Note>\n"
        '<Card title="Go on" href="/n">\n  here\n'
        "</Card>\n![two words](a.png)![icon](b.png)\n{/* hidden */}\n"
        "```js\nimport y from 'y'\n<Tag>\n  indented\n```\n1 < 2 > 0"
    )
    (draft,), _ = _read(_write(tmp_path / "a.mdx", text))
    assert "Mind the `<Gap>`." in draft.text
    assert "**Go on**" in draft.text
    assert "import X" not in draft.text
    assert "hidden" not in draft.text
    assert "icon" not in draft.text
    assert "```js\nimport y from 'y'\n<Tag>\n  indented\n```\n1 < 2 > 0" in draft.text


def test_html_keeps_the_article_only(tmp_path: Path) -> None:
    html = (
        '<html lang="en"><head><title>Returns | Shop</title><meta name="visibility" content="internal">'
        '<meta name="date" content="2026-01-02"></head><body><nav><a href="/">Home page</a></nav><main><h1>Returns</h1>'
        "<p>Thirty days.</p><table><tr><th>a</th></tr><tr><td>1</td></tr></table><script>steal()</script></main>"
        "<footer>Imprint</footer></body></html>"
    )
    (draft,), _ = _read(_write(tmp_path / "r.html", html))
    assert (draft.title, draft.visibility, draft.language) == ("Returns | Shop", "internal", "en")
    assert "Thirty days." in draft.text
    assert "| a |" in draft.text
    for noise in ("steal", "Home page", "Imprint", "<"):
        assert noise not in draft.text


def test_jsonl_and_its_gz_with_other_column_names(tmp_path: Path) -> None:
    first = {"doc_id": 7, "title": "T", "body": "B", "visibility": "public", "x": [1]}
    lines = f"{json.dumps(first)}\n\n" + json.dumps({"key": "k", "content": "First\nsecond"}) + "\n"
    _write(tmp_path / "a" / "x.jsonl", lines)
    _write(tmp_path / "b" / "x.jsonl.gz", gzip.compress(lines.encode()))
    plain, none = _read(tmp_path / "a" / "x.jsonl")
    zipped, _ = _read(tmp_path / "b" / "x.jsonl.gz")
    assert [d.key for d in plain] == [d.key for d in zipped] == ["7", "k"]
    assert plain[0].visibility == "public"
    assert plain[1].title == "First"
    assert none == []


def test_each_bad_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    rows: list[bytes] = [
        b'{"id": "a", "text": "fine"}',
        b'{"id": "b" "text": "x"}',
        b'{"id": "c"}',
        b'{"text": "no id"}',
        b"[1]",
        b'{"id": "d", "text": {"x": 1}}',
        b'{"id": "e", "text": "' + b"x" * 2000 + b'"}',
        b'{"id": "f", "text": "caf\xe9 \\u0000\\ud800"}',
        b'{"id": "g", "text": ' + b"[" * 900 + b"}",
    ]
    drafts, findings = _read(_write(tmp_path / "x.jsonl", b"\n".join(rows)), max_bytes=1_000)
    assert [d.key for d in drafts] == ["a", "f"]
    assert drafts[1].text == "caf\ufffd ?"
    assert "broken UTF-8" in drafts[1].notes[0]
    assert [f.where for f in findings] == [
        "x.jsonl line 2 column 12",
        "x.jsonl line 3",
        "x.jsonl line 4",
        "x.jsonl line 5",
        "x.jsonl line 6",
        "x.jsonl line 7",
        "x.jsonl line 9 column 921",
    ]
    assert findings[1].reason == "no column text, body or content"
    assert findings[2].reason == "no value in column id, doc_id, passage_id or key"


def test_csv_with_wrong_quoting_and_missing_columns(tmp_path: Path) -> None:
    text = 'id,title,text\na,A,"one, two"\nb,B,"x" y\nc,C\nd,D,"multi\nline"\ne,E,"never closed\n'
    drafts, findings = _read(_write(tmp_path / "x.csv", text))
    assert [(d.key, d.text) for d in drafts] == [("a", "one, two"), ("d", "multi\nline")]
    assert [f.where for f in findings] == ["x.csv lines 3–3", "x.csv line 4", "x.csv lines 7–7"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_as_spreadsheets_of_other_countries_write_it(tmp_path: Path, mark: str) -> None:
    rows = [("id", "text"), ("a", '"One, two; three"'), ("b", "Four")]
    (one, two), findings = _read(_write(tmp_path / "x.csv", "\n".join(mark.join(row) for row in rows)))
    assert (one.text, two.text, findings) == ("One, two; three", "Four", [])


def test_csv_in_utf_16_is_told_what_to_do(tmp_path: Path) -> None:
    drafts, (finding,) = _read(_write(tmp_path / "x.csv", "id,text\na,b\n".encode("utf-16")))
    assert drafts == []
    assert "save it as UTF-8" in finding.reason


@pytest.mark.parametrize("encoding", ["iso-8859-1", "shift_jis", "windows-1251", "utf-8"])
def test_html_in_the_encoding_that_it_states(tmp_path: Path, encoding: str) -> None:
    words = {"shift_jis": "テントは返品できます。", "windows-1251": "Палатку можно вернуть."}.get(
        encoding, "größer als fünf"
    )
    page = f"<html><head><meta charset='{encoding}'></head><body><p>{words}</p></body></html>"
    (draft,), _ = _read(_write(tmp_path / "x.html", page.encode(encoding)))
    assert (draft.text, draft.notes) == (words, ())


@pytest.mark.parametrize("encoding", ["punycode", "zip", "utf-7", "x" * 39])
def test_html_that_states_no_encoding_of_pages(tmp_path: Path, encoding: str) -> None:
    (draft,), _ = _read(_write(tmp_path / "x.html", f"<meta charset={encoding}><p>bro\xffken</p>".encode("latin-1")))
    assert (draft.text, bool(draft.notes)) == ("bro\ufffdken", True)


def test_html_without_words_of_its_own_is_no_article(tmp_path: Path) -> None:
    page = "<html><head><title>Loading</title></head><body><script>draw()</script></body></html>"
    (draft,), _ = _read(_write(tmp_path / "x.html", page))
    assert (draft.title, draft.text) == ("Loading", "")


def test_csv_without_a_text_column_says_what_it_found(tmp_path: Path) -> None:
    drafts, (finding,) = _read(_write(tmp_path / "x.csv", "id,title\n1,a\n"))
    assert drafts == []
    assert finding.reason == "line 1: no column text, body or content (found: id, title)"


def test_a_folder_is_read_with_keys_that_cannot_collide(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "x.md", "one")
    _write(tmp_path / "b" / "x.md", "two")
    _write(tmp_path / "b" / "y.jsonl", json.dumps({"id": "x.md", "text": "three"}))
    _write(tmp_path / "index.jsonl", json.dumps({"doc_id": "x", "title": "no text"}))
    _write(tmp_path / ".git" / "z.md", "hidden")
    _write(tmp_path / "c.png", b"\x89PNG")
    drafts, findings = _read(tmp_path)
    assert [(d.key, d.group) for d in drafts] == [("a/x.md", "a"), ("b/x.md", "b"), ("b/y.jsonl#x.md", "")]
    assert [(f.where, f.harmless) for f in findings] == [("index.jsonl", True)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 zip", "no text"),
        (bytes(range(32)) * 50, "no text"),
        (b"x" * (MAX + 1), "larger than"),
    ],
)
def test_a_file_that_is_no_article(tmp_path: Path, data: bytes, reason: str) -> None:
    _write(tmp_path / "good.md", "fine")
    _write(tmp_path / "bad.md", data)
    (draft,), (finding,) = _read(tmp_path)
    assert draft.key == "good.md"
    assert finding.where == "bad.md"
    assert reason in finding.reason


def test_text_in_other_encodings_and_with_nul(tmp_path: Path) -> None:
    _write(tmp_path / "a.md", "für alle".encode("utf-16"))
    _write(tmp_path / "b.md", b"\xef\xbb\xbfmarked")
    _write(tmp_path / "c.md", b"bro\xffken \x00nul")
    drafts, _ = _read(tmp_path)
    assert [d.text for d in drafts] == ["für alle", "marked", "bro\ufffdken nul"]
    assert [bool(d.notes) for d in drafts] == [False, False, True]


def test_nothing_to_read_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"no article in .* Readable: \.md"):
        find_files(tmp_path)
    with pytest.raises(Rejected, match="nothing at"):
        find_files(tmp_path / "missing")
    with pytest.raises(Rejected, match="of a kind that cannot be read"):
        find_files(_write(tmp_path / "x.xls", b"x"))


def test_a_damaged_gzip_is_reported(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"id": "a", "text": "b"}\n' * 1000)
    _, findings = _read(_write(tmp_path / "x.jsonl.gz", whole[: len(whole) // 2]))
    assert "damaged" in findings[-1].reason


def test_a_script_address_is_left_out(tmp_path: Path) -> None:
    (draft,), _ = _read(_write(tmp_path / "x.jsonl", '{"id": "a", "text": "b", "url": "javascript:alert(1)"}'))
    assert draft.url == ""
    assert draft.notes
