"""A peer is asked only in an environment that was made to its end, and a failing one says why."""

import sys
from pathlib import Path

import pytest

from evals.beside import Peer


def scripted(root: Path, program: str) -> Peer:
    """A peer whose interpreter is a program of the test; it finds what is asked of it on its standard input."""
    peer = Peer("scripted", root)
    for folder in (peer.requirements.parent, peer.python.parent):
        folder.mkdir(parents=True)
    peer.requirements.write_text("something==1.0\n")
    peer.stamp.write_text(peer.wanted())
    peer.python.write_text(program)
    peer.python.chmod(0o755)
    return peer


def test_half_an_environment_or_an_old_one_is_none(tmp_path: Path) -> None:
    assert not Peer("nobody", tmp_path).is_there()
    peer = scripted(tmp_path, "#!/bin/sh\n")
    assert peer.is_there()
    peer.requirements.write_text("something==1.1\n")
    assert not peer.is_there(), "made of other packages"
    peer.stamp.write_text(peer.wanted())
    assert peer.is_there()
    peer.stamp.unlink()
    assert not peer.is_there(), "the packages were never installed"
    assert "benchmarks.environment scripted" in peer.left_out


def test_the_question_goes_in_and_the_answer_comes_out(tmp_path: Path) -> None:
    program = "import json, sys; print(json.dumps([sys.argv[1:], json.load(sys.stdin)]))"
    peer = scripted(tmp_path, f"#!{sys.executable}\n{program}\n")
    question = {"texts": ["é\ud800\n", "x" * 300_000]}
    assert peer.ask("rank", question, 60) == [["-m", "benchmarks.peers.scripted.rank"], question]


def test_a_peer_that_fails_is_no_figure(tmp_path: Path) -> None:
    peer = scripted(tmp_path, "#!/bin/sh\necho nonsense >&2\nexit 3\n")
    with pytest.raises(RuntimeError, match="scripted: nonsense"):
        peer.ask("link", {}, 60)
