"""The local drafter with a real server in this process and a real, very small model."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.brief import Brief, Draft
from assistant.drafting.endpoint import EndpointDrafter
from assistant.drafting.local import open_local
from assistant.models.install import install
from knowledge.failures import Unavailable
from knowledge.settings import Settings

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]
MODEL = "smollm2-135m"


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Settings with the model installed: through the product's own function, once."""
    chosen = Settings(drafter="local", local_model=MODEL, chat_seconds=60, chat_max_tokens=200)
    try:
        install(chosen.models_dir, MODEL, lambda _: None)
    except Unavailable as failure:
        pytest.skip(f"the small model cannot be fetched: {failure.message}")
    return chosen


@pytest.fixture(scope="module")
def local(settings: Settings) -> Iterator[EndpointDrafter]:
    opened = open_local(settings)
    yield opened
    opened.close()


def test_drafts_end_to_end(local: EndpointDrafter, brief: Brief) -> None:
    """The model writes nonsense; what counts is that its JSON holds, streams and cites nothing that was not offered."""
    deltas: list[str] = []
    start = time.monotonic()
    try:
        draft: Draft | None = local.draft(brief, deltas.append)
    except Unavailable as failure:
        assert failure.message in {  # noqa: PT017
            "The model's answer was cut off at the token limit.",
            "The model answered with an empty text.",
        }
        draft = None
    assert time.monotonic() - start < 61
    if draft is not None:
        assert draft.tokens["prompt"] > 300
        assert draft.prompt == "draft.v2"
        assert set(draft.citations) <= {1, 2}
        if draft.decision == "answer":
            assert len(deltas) > 1
            assert draft.text.startswith("".join(deltas).rstrip()[:20])


def test_knows_its_name(local: EndpointDrafter) -> None:
    assert (local.name, local.model) == ("local", MODEL)


def test_the_deadline_holds_while_the_model_is_busy(settings: Settings, brief: Brief) -> None:
    drafter = open_local(settings.model_copy(update={"chat_seconds": 0.3}))
    start = time.monotonic()
    with pytest.raises(Unavailable, match=r"0\.3 seconds"):
        drafter.draft(brief, lambda _: None)
    assert time.monotonic() - start < 1.3
    drafter.close()


def test_not_installed_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="threadline models install smollm2-135m"):
        open_local(Settings(drafter="local", local_model=MODEL, models_dir=tmp_path))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "smollm2-135m-instruct-q4_1.gguf").open("wb") as file:
        file.truncate(98_362_432)
    with pytest.raises(Unavailable, match="cannot be loaded"):
        open_local(Settings(drafter="local", local_model=MODEL, models_dir=tmp_path))
