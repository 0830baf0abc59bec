"""Environments: the peer's own virtual environment, and the variables that both systems run under.

`python -m benchmarks.environment NAME …` makes them; what cannot be made costs the others nothing.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.beside import Peer

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
# Set on some machines for old OpenBLAS builds; they slow a current numpy, so neither system sees them.
DROPPED = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "TOKENIZERS_PARALLELISM": "false",
}


def variables(threads: int, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a system under test; `threads` 0 leaves every library at its default."""
    given = os.environ if environ is None else environ
    kept = {name: value for name, value in given.items() if name not in DROPPED and not name.startswith("THREADLINE_")}
    limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")} if threads else {}
    return kept | OFFLINE | limits


def peer_python(peer: str) -> Path:
    """The interpreter of a peer, in an environment made of its pinned requirements when they changed.

    Raises:
        RuntimeError: the packages cannot be installed, or a GPU build got in.
        FileNotFoundError: there is no such peer.
    """
    its = Peer(peer)
    if its.is_there():
        return its.python
    wanted = its.wanted()
    _uv("venv", "--clear", "--python", sys.executable, str(its.folder))
    # Without a folder that has the CPU build of torch it comes from PyTorch's own index.
    torch = [] if os.environ.get("UV_FIND_LINKS") else ["--torch-backend", "cpu"]
    _uv("pip", "install", "--quiet", "--python", str(its.python), *torch, "-r", str(its.requirements))
    if heavy := sorted(its.folder.glob("lib/*/site-packages/nvidia*")):
        raise RuntimeError(f"{heavy[0].name} got in: set UV_FIND_LINKS to where the CPU build of torch lies.")
    its.stamp.write_text(wanted)
    return its.python


def _uv(*words: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run([str(uv), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"uv {words[0]}: {done.stderr.strip()[-1500:]}")


def make(peers: Sequence[str]) -> int:
    """Make the environment of each; the exit code is 1 if one could not be made, which is said in a line."""
    failed = 0
    for peer in peers:
        try:
            print(f"{peer}: {peer_python(peer)}")
        except (RuntimeError, OSError) as error:
            failed, why = 1, (str(error).splitlines() or [type(error).__name__])[0]
            print(f"{peer}: no environment this time. {why}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(make(sys.argv[1:]))
