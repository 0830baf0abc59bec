from pathlib import Path

import pytest

from benchmarks.environment import ROOT, make, variables


def test_both_systems_see_the_same_variables() -> None:
    given = {"PATH": "/bin", "OPENBLAS_CORETYPE": "Haswell", "THREADLINE_SECRET": "x"}
    default, one = variables(0, given), variables(1, given)
    assert default["PATH"] == "/bin"
    assert default["HF_HUB_OFFLINE"] == "1"
    assert not {"OPENBLAS_CORETYPE", "THREADLINE_SECRET", "OMP_NUM_THREADS"} & default.keys()
    assert one["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "peers").glob("*/requirements.txt")), ids=str)
def test_a_peers_packages_are_pinned_and_name_no_place(path: Path) -> None:
    lines = path.read_text().split()
    peers = ("langchain-classic==", "haystack-ai==", "llama-index-core==", "recordlinkage==")
    assert any(line.startswith(peers) for line in lines)
    assert not [line for line in lines if line.startswith(("nvidia-", "cuda-"))]
    assert all(line.count("==") == 1 for line in lines)
    assert not [line for line in lines if "://" in line or "/" in line or "+" in line]


def test_an_environment_that_cannot_be_made_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert make(["nobody-at-all"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("nobody-at-all: no environment this time. ")
    assert len(told.err.splitlines()) == 1


def test_nothing_of_a_peer_is_in_our_own_packages() -> None:
    ours = {line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text().split()}
    assert not ours & {"bm25s", "haystack-ai", "llama-index-core", "pystemmer", "rank-bm25", "recordlinkage"}
