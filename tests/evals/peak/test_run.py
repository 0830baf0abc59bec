"""A small peak against the real server, by HTTP: nothing lost, doubled or said over a person."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.parts import open_parts
from api.working import working
from evals.bot.interleavings import Wrong
from evals.peak.run import peak_figures, run
from evals.peak.world import SHARES, draw
from knowledge.settings import Settings
from tests.browser.conftest import serving


def test_customers_come_from_the_simulators_own_model() -> None:
    drawn = draw(400, 120.0, seed=1)
    assert [one.at for one in drawn] == sorted(one.at for one in drawn)
    assert {one.kind for one in drawn} == set(SHARES)
    simple = sum(one.kind == "simple" for one in drawn) / len(drawn)
    assert abs(simple - SHARES["simple"]) < 0.08
    assert all(bool(one.holds) == (one.kind == "simple") for one in drawn)
    assert draw(5, 1.0, seed=2) == draw(5, 1.0, seed=2)


@contextmanager
def here(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Serve a folder from this process, a worker inside: what a start costs is another test's."""
    given = {name.removeprefix("THREADLINE_").lower(): value for name, value in settings.items()}
    with open_parts(Settings(data_dir=folder, port=0, **given)) as parts, working(parts), serving(parts) as url:  # type: ignore[arg-type]
        yield url


@pytest.mark.timeout(300)
def test_a_peak_loses_doubles_and_talks_over_nobody() -> None:
    found = run(customers=14, minutes=0.1, scale=8.0, serve=here, busy=1.0)
    assert found.wrong == Wrong(0, 0, 0)
    assert found.conversations >= 14
    assert found.by_bot > 0
    assert found.right == found.by_bot
    assert found.handed > 0
    assert found.told_wait == found.handed
    names = {one.name: one.value for one in peak_figures(found, (0, Wrong()))}
    assert names == {"bot/peak/lost": 0, "bot/peak/doubled": 0, "bot/peak/spoke_over_agent": 0}
