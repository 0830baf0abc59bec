"""Environments: the peer's own virtual environment, and the variables that both systems run under.

`python -m benchmarks.environment NAME …` makes them.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

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
    """
    requirements = ROOT / "benchmarks" / "peers" / peer / "requirements.txt"
    place = BUILD / "peers" / peer
    python, stamp = place / "bin" / "python", place / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    _uv("venv", "--clear", "--python", sys.executable, str(place))
    # Without a folder that has the CPU build of torch it comes from PyTorch's own index.
    torch = [] if os.environ.get("UV_FIND_LINKS") else ["--torch-backend", "cpu"]
    _uv("pip", "install", "--python", str(python), *torch, "-r", str(requirements))
    if heavy := sorted(place.glob("lib/*/site-packages/nvidia*")):
        raise RuntimeError(f"{heavy[0].name} got in: set UV_FIND_LINKS to where the CPU build of torch lies.")
    stamp.write_text(wanted)
    return python


def _uv(*words: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run([str(uv), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"uv {words[0]}: {done.stderr.strip()[-1500:]}")


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        sys.stdout.write(f"{asked}: {peer_python(asked)}\n")
