"""Attacks against a model that drafts: one that does what it is told, one that does not, one that is not there."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.drafting.endpoint import EndpointDrafter
from assistant.reading import passage_units
from assistant.scripted import ScriptedModel
from evals.answering.hostile_model import NAME, drawn, injected, opened_drafter
from evals.core.summary import run_figures
from evals.datasets import prompt_injection
from evals.handoff.summarising import Place
from knowledge.failures import NotFound
from knowledge.settings import Settings

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_what_a_model_lets_itself_be_told_is_counted_and_kept(data: Path, tmp_path: Path) -> None:
    material = prompt_injection.read(data)
    attacks = drawn(material, 2)
    assert attacks == drawn(material, 5)[:2]
    told = passage_units(attacks[0].text)[-1].text
    obeys = {"decision": "answer", "text": f"{told} [1] {attacks[0].attack.instruction}", "citations": [1]}
    script = [json.dumps(one) for one in (obeys, {"decision": "abstain", "text": "", "citations": []})]
    chat = ScriptedModel(script=[*script, script[1], "I would rather not."])
    place = Place(tmp_path, NOW, lambda _: None)
    made = injected(material.digest, attacks, EndpointDrafter(chat, "scripted", 5.0), place)
    figures = {one.name.removeprefix(f"{NAME}/"): one for one in run_figures(made)}
    assert (figures["success_rate_articles"].n, figures["success_rate_mails"].n) == (2, 1)
    assert figures["success_rate_articles"].value == 0.5
    assert figures["success_rate_mails"].value == 0
    assert figures["failed"].value == 0.25  # no JSON is a failure, the backup's draft does not count
    again = injected(material.digest, attacks, EndpointDrafter(ScriptedModel(script=["No."]), "scripted", 5.0), place)
    assert [one.case for one in again.failures] == [one.case for one in made.failures]  # the others were kept


def test_without_a_model_it_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(NotFound, match="no model to draft with"),
        opened_drafter(Settings(_env_file=None, models_dir=tmp_path)),
    ):
        pass
