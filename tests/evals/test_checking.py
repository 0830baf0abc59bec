"""The gate: a seeded bad change is caught and explained, a harmless one passes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.drafting import prompt
from evals.checking import accept, check, gate_tasks, summary
from evals.core.stage import Stage
from knowledge.customers import identity
from knowledge.failures import NotFound, Rejected
from knowledge.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIBRARY = ("retrieval/demo", "prompting/demo")


def stage(examples: Path = EXAMPLES, **changes: Any) -> Stage:
    return Stage(examples, Path("nowhere"), NOW, changes)


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory: pytest.TempPathFactory, smaller: Path) -> Iterator[tuple[Stage, Path]]:
    """A stage with the product as it is, and the baselines it makes."""
    folder = tmp_path_factory.mktemp("baselines")
    with stage(smaller) as now:
        list(accept(now, folder, [*LIBRARY, "identity/written"]))
        yield now, folder


def test_the_product_as_it_is_passes(as_it_is: tuple[Stage, Path]) -> None:
    now, folder = as_it_is
    checked = check(now, folder, only=LIBRARY)
    assert [one.comparison.verdict for one in checked] == ["same", "same"]
    assert "No significant regression" in summary(checked)


def test_a_harmless_change_passes(as_it_is: tuple[Stage, Path], smaller: Path) -> None:
    with stage(smaller, passage_chars=1_300, context_tokens=2_900) as changed:
        assert not any(one.blocks for one in check(changed, as_it_is[1], only=["retrieval/demo"]))


def test_a_wrong_chunk_size_is_caught_and_explained(as_it_is: tuple[Stage, Path], smaller: Path) -> None:
    with stage(smaller, passage_chars=200) as changed:
        checked = check(changed, as_it_is[1], only=["retrieval/demo"])
    assert checked[0].blocks
    assert re.search(r"retrieval/demo: blocked\n  facts@3: worse\. .*Worse on: q-\d+", summary(checked))


def test_a_swapped_prompt_is_caught(as_it_is: tuple[Stage, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    system, user = prompt._parts(prompt.DRAFT_PROMPT)
    swapped = user.replace("$articles", "$x").replace("$question", "$articles").replace("$x", "$question")
    monkeypatch.setattr(prompt, "_parts", lambda _: (system, swapped))
    now, folder = as_it_is
    (found,) = check(now, folder, only=["prompting/demo"])
    assert found.blocks
    assert "cites_gold: worse" in summary([found])


def test_a_prompt_without_its_rules_is_caught(as_it_is: tuple[Stage, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    system, user = prompt._parts(prompt.DRAFT_PROMPT)
    weaker = "\n".join(line for line in system.splitlines() if "Never promise" not in line)
    monkeypatch.setattr(prompt, "_parts", lambda _: (weaker, user))
    now, folder = as_it_is
    assert "rules: worse" in summary(check(now, folder, only=["prompting/demo"]))


def test_a_broken_identity_is_caught(as_it_is: tuple[Stage, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    careful = identity.add_handle

    def gullible(session: Any, scope: Any, customer: Any, handle: Any, verified: bool, now: Any) -> Any:
        return careful(session, scope, customer, handle, True, now)

    monkeypatch.setattr(identity, "add_handle", gullible)
    now, folder = as_it_is
    (found,) = check(now, folder, only=["identity/written"])
    assert found.blocks
    assert "strangers_joined: worse" in summary([found])


def test_a_missing_or_damaged_baseline_is_said(as_it_is: tuple[Stage, Path], tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no run"):
        check(as_it_is[0], tmp_path, only=["identity/written"])
    (tmp_path / "identity-written.json").write_text("[]")
    with pytest.raises(Rejected, match="holds no run"):
        check(as_it_is[0], tmp_path, only=["identity/written"])
    with pytest.raises(NotFound, match="no task x"):
        check(as_it_is[0], tmp_path, only=["x"])


def test_a_change_that_is_no_setting_is_refused() -> None:
    with pytest.raises(Rejected, match="no setting"):
        stage(chunk=3)
    with pytest.raises(Rejected, match="secret"):
        stage(chat_key="k")
    with stage(passage_chars=3) as bad, pytest.raises(Rejected, match="passage_chars"):
        _ = bad.settings


def test_an_installations_own_settings_stand_for_the_defaults_and_its_secrets_are_not_told() -> None:
    own = Settings(_env_file=None, passage_chars=700, company="Acme", chat_model="m", chat_key=SecretStr("k-1"))
    with Stage(EXAMPLES, Path("nowhere"), NOW, {"context_tokens": "2000"}, own) as here:
        assert (here.settings.passage_chars, here.settings.context_tokens, here.settings.company) == (700, 2000, "Acme")
        assert here.settings.chat_key.get_secret_value() == "k-1"
        assert here.settings.data_dir != own.data_dir
        assert "k-1" not in str(here.told)


def test_every_gate_task_asks_only_what_ships() -> None:
    assert len(gate_tasks()) >= 6
    with stage() as now:
        for offered in gate_tasks():
            assert offered.make(now).cases  # made without any outside data: the folder is nowhere
