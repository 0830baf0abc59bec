import os
import sys
from pathlib import Path

import pytest

from benchmarks.lines import Child, resident_mb

ROOT = Path(__file__).parents[2]
ECHO = """
from benchmarks.lines import serve

def echo(text):
    print("noise on standard output")
    return {"text": text}

def fail():
    raise SystemExit("the index is broken")

serve({"echo": echo, "fail": fail})
"""


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child([sys.executable, "-c", ECHO], os.environ, ROOT, tmp_path / "logs" / "child.log")


def test_requests_are_answered_in_turn_and_noise_goes_to_the_log(child: Child, tmp_path: Path) -> None:
    with child:
        assert child.call("echo", text="Grüße\nzwei Zeilen") == {"text": "Grüße\nzwei Zeilen"}
        assert child.call("echo", text="") == {"text": ""}
    assert "noise on standard output" in (tmp_path / "logs" / "child.log").read_text()


def test_a_child_that_ends_says_why(child: Child) -> None:
    with child, pytest.raises(RuntimeError, match="the index is broken"):
        child.call("fail")


def test_memory_is_that_of_the_process() -> None:
    assert 10 < resident_mb(os.getpid()) < 5_000
