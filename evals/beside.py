"""Peers in environments of their own: asked once, in JSON on the pipes, and never part of our own packages.

A peer is a folder `benchmarks/peers/NAME` with its pinned `requirements.txt`; `python -m benchmarks.environment NAME`
makes `build/peers/NAME` of it and stamps it with their digest.
"""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Peer:
    """A peer by its folder's name; `root` is the repository that it and its environment lie in."""

    name: str
    root: Path = ROOT

    @property
    def folder(self) -> Path:
        """Where its environment lies."""
        return self.root / "build" / "peers" / self.name

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """What says of which requirements the environment was made; written last, so half of one has none."""
        return self.folder / "requirements.sha256"

    @property
    def requirements(self) -> Path:
        """Its pinned packages."""
        return self.root / "benchmarks" / "peers" / self.name / "requirements.txt"

    @property
    def left_out(self) -> str:
        """What to say where it is not there."""
        return f"The peer {self.name} is left out: `python -m benchmarks.environment {self.name}` makes its environment"

    def wanted(self) -> str:
        """The digest of its requirements."""
        return hashlib.sha256(self.requirements.read_bytes()).hexdigest()

    def is_there(self) -> bool:
        """Whether it can be asked: its environment was made, to the end, of the requirements that stand now."""
        if not (self.requirements.exists() and self.stamp.exists() and self.python.exists()):
            return False
        return self.stamp.read_text() == self.wanted()

    def ask(self, script: str, question: Mapping[str, Any], seconds: float) -> Any:
        """Start a script of its folder, hand it the question and return its answer.

        Raises:
            RuntimeError: it failed; its last words are in the message.
            subprocess.TimeoutExpired: it took longer than `seconds`.
        """
        command = [str(self.python), "-m", f"benchmarks.peers.{self.name}.{script}"]
        asked = json.dumps(question)
        done = subprocess.run(  # noqa: S603
            command, input=asked, cwd=self.root, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{self.name}: {done.stderr.strip()[-1500:]}")
        return json.loads(done.stdout)
