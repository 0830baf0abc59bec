"""Embedders: texts in, unit vectors out, and the one place that decides which embedder is used."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.settings import Settings


class Embedder(Protocol):
    """Turns texts into vectors. `id` names model, hash and precision: vectors of two ids never mix."""

    id: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimensions)."""
        ...


def open_embedder(settings: Settings) -> Embedder:
    """Open the embedder that the settings name.

    Raises:
        Unavailable: its weights, its folder or its endpoint cannot be used, with the remedy.
    """
    raise NotImplementedError(settings.embedder)
