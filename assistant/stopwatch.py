"""A stopwatch: how long each step of a journey took."""

from time import perf_counter


class Stopwatch:
    """`lap(step)` adds the time since the last lap to `laps`, in milliseconds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._start = self._last = perf_counter()

    def lap(self, step: str) -> None:
        """End a step."""
        now = perf_counter()
        self.laps[step] = round(self.laps.get(step, 0.0) + (now - self._last) * 1_000, 2)
        self._last = now

    def total(self) -> dict[str, float]:
        """Return the laps with their sum as `total`."""
        return {**self.laps, "total": round((perf_counter() - self._start) * 1_000, 2)}
