"""Commands of routing: too little history, training on the demo's record, explaining, linting, the dry run."""

import json
from pathlib import Path

from tests.api.cli.conftest import Run

DEMO = Path(__file__).parents[3] / "examples" / "tarnfell"


def test_without_history_nothing_is_trained(run: Run) -> None:
    result = run("routing", "train")
    assert result.exit_code == 1
    assert "are needed to learn from" in result.stderr


def test_the_demo_company_is_learned_from_and_explained(run: Run) -> None:
    assert run("import", str(DEMO / "customers.jsonl"), str(DEMO / "events.jsonl")).exit_code == 0
    trained = run("routing", "train", "--json")
    assert trained.exit_code == 0, trained.stderr
    card = json.loads(trained.stdout)
    assert card["cases"] >= 30
    assert {"log_loss", "log_loss_without_model", "log_loss_without_colleagues"} <= set(card["measures"])
    assert card["used"] is (card["why_not"] == "")
    assert card["on_trial"], "Is it known what the demo's model is worth? Say so in docs/routing.md."
    in_words = run("routing", "train")
    assert "Whether it helps cannot be told yet from 20 later conversations" in in_words.stderr
    assert "It is on trial" in in_words.stderr
    forced = json.loads(run("routing", "train", "--force", "--json").stdout)
    assert (forced["used"], forced["forced"], forced["on_trial"]) == (True, True, False)
    assert "It is used all the same, as you said with --force." in run("routing", "train", "--force").stderr
    assert run("routing", "train").exit_code == 0
    simulated = json.loads(run("routing", "simulate", "--json").stdout)
    assert simulated["estimates"] == {}
    assert simulated["would"]
    conversation = simulated["would"][0]["conversation"]
    checks = json.loads(run("doctor", "--json").stdout)
    assert "trained on" in next(one["message"] for one in checks if one["part"] == "routing")
    model = Path(card["model"])
    kept = model.read_text()
    model.write_text(json.dumps(json.loads(kept) | {"schema": "0" * 12}))
    for words in (("simulate",), ("explain", conversation)):
        refused = run("routing", *words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "trained on another schema.\n  Train it again: threadline routing train." in refused.stderr
    checks = json.loads(run("doctor", "--json").stdout)
    assert [one["state"] for one in checks if one["part"] == "routing"] == ["fail"]
    model.write_text(kept)
    explained = run("routing", "explain", conversation)
    assert explained.exit_code == 0
    assert "place" in explained.stdout
    table = run("routing", "simulate")
    assert "why" in table.stdout
    assert run("routing", "explain", "0" * 32).exit_code == 1
    dry = json.loads(run("escalation", "dry-run", str(DEMO / "service.yaml"), "--days", "3000", "--json").stdout)
    assert sum(dry["rules"].values()) == len(dry["would"])
    assert dry["would"]


def test_a_plan_is_linted(run: Run, folder: Path) -> None:
    assert "Fine: 6 rules" in run("escalation", "lint", str(DEMO / "service.yaml")).stdout
    (folder / "bad.yaml").write_text("escalation: [{name: all, to: manager}]")
    bad = run("escalation", "lint", "bad.yaml", "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["findings"][0]["where"] == "escalation.all"
    (folder / "worse.yaml").write_text("colour: blue")
    worse = run("escalation", "lint", "worse.yaml")
    assert worse.exit_code == 1
    assert "colour" in worse.stderr
