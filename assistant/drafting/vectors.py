"""Vectors of sentences, kept for as long as they are likely to come up again."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
# At 384 dimensions some 16 MB.
KEPT = 20_000


class SentenceVectors:
    """Remembers the vectors of the last sentences asked for; safe to use from many threads."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._rows: OrderedDict[str, NDArray[np.float16]] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dimensions); those not at hand are made. `texts` is not empty.

        Raises:
            Unavailable: the embedder cannot be used.
        """
        with self._lock:
            found = {text: self._rows[text] for text in texts if text in self._rows}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            made = dict(zip(missing, self._embed(missing).astype(np.float16), strict=True))
            with self._lock:
                self._rows.update(made)
                while len(self._rows) > KEPT:
                    self._rows.popitem(last=False)
            found |= made
        return np.stack([found[text] for text in texts]).astype(np.float32)
