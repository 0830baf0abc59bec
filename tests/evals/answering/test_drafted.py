"""Drafts kept for several parts: made once, read again, made anew for other data."""

from pathlib import Path

from evals.answering.drafted import kept
from evals.answering.refusal import Decided

ROW = Decided("a<::>1", "ANSWERABLE", True, {"cosine": 0.5}, True)


def test_what_was_made_once_is_read(tmp_path: Path) -> None:
    made = kept(tmp_path, "mtrag", "one", lambda: [ROW])
    assert kept(tmp_path, "mtrag", "one", list) == made == [ROW]


def test_other_data_is_drafted_anew_and_the_old_drafts_go(tmp_path: Path) -> None:
    kept(tmp_path, "mtrag", "one", lambda: [ROW])
    kept(tmp_path, "clapnq", "one", lambda: [ROW])
    assert kept(tmp_path, "mtrag", "two", list) == []
    assert sorted(path.name.partition("-")[0] for path in tmp_path.glob("*.json")) == ["clapnq", "mtrag"]


def test_a_making_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> list[Decided]:
        raise OSError("no room")

    try:
        kept(tmp_path, "mtrag", "one", broken)
    except OSError:
        assert not list(tmp_path.glob("*.json"))
    assert kept(tmp_path, "mtrag", "one", lambda: [ROW]) == [ROW]
