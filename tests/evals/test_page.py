"""The page of the figures: questions answered, failures beside scores, every text escaped, nothing asked of others."""

import re
from pathlib import Path

from evals.figures import Circumstances, Figure, keep
from evals.page import page_of, write_page
from evals.questions import QUESTIONS

RUN = Circumstances("0123456789ab", "a machine", 0.5, "2026-11-25T10:00:00+00:00")


def test_it_is_written_beside_the_figures_and_needs_nothing_else(tmp_path: Path) -> None:
    figures = [
        Figure("repeats/labelled/f1", 0.9123, "", 40, 0.8, 0.95, {"words": 0.5}, 1, "abc"),
        Figure(
            "judged/demo/faithfulness/faithfulness",
            0.5,
            "",
            9,
            settings={"judge": "small", "failed": 7, "unanswered": 2, "label": "demo"},
        ),
        Figure("judged/demo/faithfulness/failed", 0.4, "", 20, settings={"reasons": ["<script>alert(1)</script>"]}),
        Figure("judge/x/kappa", 0.5, "", 300, settings={"people_to_judge": {"faithful": {"faithful": 7, "not": 3}}}),
    ]
    keep(tmp_path / "e.json", figures, RUN, {"part": "p", "seconds": 12.0})
    page = write_page(tmp_path / "e.json", ["leak: left out. No data."]).read_text(encoding="utf-8")
    assert "0.912 (0.8 to 0.95), n 40" in page
    assert "words 0.5" in page
    assert "judge small: 7 failed, 2 unanswered" in page
    assert "n 9 ○" in page
    assert "people say faithful: judge says faithful 7, not 3" in page
    assert "commit 0123456789ab, data abc, p 12 s" in page
    assert "leak: left out." in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=|url\(", page)
    assert all(one.text.replace("'", "&#x27;") in page for one in QUESTIONS)
    assert "not measured in this run" in page


def test_no_figures_make_a_page_that_says_so(tmp_path: Path) -> None:
    assert "0 figures" in page_of([])
    assert "Not measured" not in page_of([])
