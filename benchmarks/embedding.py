"""What the embedder makes of onnxruntime: its texts a second over those of the bare session."""

import random
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.searching import Say
from evals.datasets import mtrag
from evals.figures import Figure, figure
from evals.intervals import quantile_interval
from knowledge.settings import Settings
from retrieval.minilm import MAX_CHARS, MAX_TOKENS, open_minilm, weights_folder

SEED = 20261125
TEXTS, BLOCKS = 40, 12


def embedding_figure(data: Path, say: Say) -> Figure:
    """Blocks of passages through the embedder and, in turn, their token ids through a session of defaults.

    The bare session gets ready ids, one text a run as the embedder does, and nothing is made of its output: what the
    embedder adds is reading the text, the mean and the norm.

    Raises:
        NotFound: the data set is not there.
        Unavailable: the weights are not there.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    collection = mtrag.read(data)
    folder = Settings(_env_file=None).models_dir
    ours = open_minilm(folder)
    bare = onnxruntime.InferenceSession(str(folder / f"{ours.id}.onnx"), providers=["CPUExecutionProvider"])
    tokenizer: Any = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    texts = [one.text for one in random.Random(SEED).sample(collection.documents, TEXTS * BLOCKS)]
    rates = []
    for start in range(0, len(texts), TEXTS):
        block = texts[start : start + TEXTS]
        feeds = [_feed(tokenizer.encode(text[:MAX_CHARS]).ids) for text in block]
        taken = [0.0, 0.0]
        for side in (0, 1) if start // TEXTS % 2 else (1, 0):
            began = perf_counter()
            if side:
                for feed in feeds:
                    bare.run(None, feed)
            else:
                ours.embed(block)
            taken[side] = perf_counter() - began
        rates.append((TEXTS / taken[0], TEXTS / taken[1]))
    own, beneath = (round(float(np.median(side)), 1) for side in zip(*rates, strict=True))
    say(f"embedding: {own} texts/s, the bare session {beneath}")
    return figure(
        "embedding/minilm/ratio_vs_onnxruntime",
        quantile_interval([one / two for one, two in rates], 0.5, seed=SEED),
        "",
        baseline={"onnxruntime": 1.0},
        data=collection.digest,
        seed=SEED,
        settings={
            "texts_a_block": TEXTS,
            "texts_per_s": own,
            "onnxruntime_texts_per_s": beneath,
        },
    )


def _feed(ids: list[int]) -> dict[str, NDArray[np.int64]]:
    row = np.array([ids], dtype=np.int64)
    return {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
