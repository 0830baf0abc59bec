"""Fixtures of the evaluation tests."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ASKED = 40


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data, beside the repository or where THREADLINE_TEST_DATA says."""
    path = Path(os.environ.get("THREADLINE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("the public data is not here: set THREADLINE_TEST_DATA")
    return path


@pytest.fixture(scope="session")
def smaller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with half of its questions and the articles they need: quicker to open."""
    folder, whole = tmp_path_factory.mktemp("examples"), EXAMPLES / "tarnfell"
    lines = (whole / "questions.jsonl").read_text().splitlines()
    kept = [line for line in lines if json.loads(line)["answerable"] is True][:ASKED]
    (folder / "tarnfell").mkdir()
    (folder / "tarnfell" / "questions.jsonl").write_text("\n".join(kept))
    for path in {article.partition("#")[0] for line in kept for article in json.loads(line)["articles"]}:
        to = folder / "tarnfell" / "articles" / path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(whole / "articles" / path, to)
    return folder


@pytest.fixture
def answering(chat_server: Callable[..., Any]) -> Callable[[Callable[[str], str]], str]:
    """Start a chat server that answers with what a script makes of the prompt; returns its address."""
    return lambda script: str(chat_server(script).url)
