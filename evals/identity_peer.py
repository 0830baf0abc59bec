"""recordlinkage's ECM beside the product: the same records and candidates, in the peer's own environment."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.suite import ROOT
from knowledge.customers import likeness
from knowledge.customers.profiles import Profile
from knowledge.ids import CustomerId

NAME = "recordlinkage_ecm"
PYTHON = ROOT / "build" / "peers" / "recordlinkage" / "bin" / "python"
LEFT_OUT = f"{NAME} is left out: `python -m benchmarks.environment recordlinkage` makes its environment"
SECONDS = 300


def is_there(python: Path = PYTHON) -> bool:
    """Whether the peer can be asked."""
    return python.exists()


def linked(
    profiles: Sequence[Profile], names: Mapping[CustomerId, str], python: Path = PYTHON
) -> frozenset[frozenset[str]]:
    """Return the pairs that the peer takes for one person's, by the data's own ids in `names`.

    Raises:
        RuntimeError: it failed; its last words are in the message.
    """
    records = {names[one.record]: dict(one.values) for one in profiles}
    asked = json.dumps({"records": records, "blocks": likeness.BLOCKS})
    command = [str(python), "-m", "benchmarks.peers.recordlinkage.link"]
    done = subprocess.run(command, input=asked, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"recordlinkage: {done.stderr.strip()[-1500:]}")
    return frozenset(frozenset(pair) for pair in json.loads(done.stdout))
