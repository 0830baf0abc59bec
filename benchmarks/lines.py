"""Requests and replies as JSON lines between the driver and a system under test (standard library only)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

Operation = Callable[..., dict[str, Any]]
TAIL = 2_000


def serve(operations: Mapping[str, Operation]) -> None:
    """Answer requests {"op": name, …arguments} from standard input until it closes.

    What libraries print goes to standard error, so that it cannot mix with the replies.
    """
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        reply = operations[request.pop("op")](**request)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def resident_mb(process: int) -> float:
    """The memory a process holds (VmRSS, in 10^6 bytes)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"process {process} holds no memory: has it ended?")


class Child:
    """A system under test in a process of its own; what it prints is kept in `log`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Ask and wait for the reply.

        Raises:
            RuntimeError: the process ended; its last words are in the message.
        """
        asked, replies = self._pipes()
        try:
            asked.write(json.dumps({"op": op, **arguments}) + "\n")
            asked.flush()
            line = replies.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait(timeout=10)
            raise RuntimeError(f"{op} ended the process:\n{self._log.read_text()[-TAIL:]}")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        """Let it end by itself; kill it when it does not."""
        asked, replies = self._pipes()
        asked.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        replies.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout
