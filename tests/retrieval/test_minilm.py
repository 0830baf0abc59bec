"""MiniLM int8: close to the original, independent of its company, ready without torch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.failures import Unavailable
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.minilm import MiniLm, open_minilm, verify_weights, weights_folder

TEXTS = [
    "Where is my parcel?",
    "Track my order",
    "The zip of my tent is torn. " * 30,
    "Ich möchte mein Geld zurück",
    "a",
]


def test_rows_are_unit_vectors_whatever_their_company(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    assert together.shape == (len(TEXTS), 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert embedder.embed([]).shape == (0, 384)


def test_close_to_the_original_weights(embedder: Embedder) -> None:
    original = open_embedder(Settings(embedder="minilm-fp32"))
    cosine = (embedder.embed(TEXTS[:4]) * original.embed(TEXTS[:4])).sum(axis=1)
    assert cosine.min() > 0.98
    assert original.id != embedder.id
    assert original.dimensions == embedder.dimensions


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_embedded(text: str) -> None:
    row = open_minilm(Settings().models_dir).embed([text])[0]
    assert np.isfinite(row).all()


def test_a_very_long_text_takes_no_longer_than_256_tokens(embedder: Embedder) -> None:
    long = "word " * 20_000
    assert np.allclose(embedder.embed([long]), embedder.embed([long[:8_000]]))


def test_other_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not there"):
        verify_weights(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(Unavailable, match=r"not all-MiniLM.*--force-reinstall"):
        verify_weights(tmp_path)
    verify_weights(weights_folder())


def test_a_folder_that_cannot_be_written_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="THREADLINE_MODELS_DIR"):
        open_minilm(tmp_path / "file" / "models")


def test_a_later_start_needs_no_torch(embedder: Embedder) -> None:
    code = (
        "import sys; from knowledge.settings import Settings; from retrieval.embedding import open_embedder;"
        "open_embedder(Settings()).embed(['x']); print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_two_processes_export_at_once_without_harm(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from retrieval.minilm import open_minilm;"
        "print(open_minilm(Path(sys.argv[1])).embed(['x']).shape)"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [racer.communicate(timeout=110)[0].strip() for racer in racers] == ["(1, 384)"] * 2
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".lock"] == [f"{MiniLm.id}.onnx"]
