"""`threadline train`: a person answers a simulated customer at the terminal, and the manager sees the score."""

import json

ASKS = "Could you tell me your order number and the address it should go to and what you have tried so far?"


def test_a_person_practises_and_the_score_is_kept(run) -> None:
    assert run("users", "add", "kim@example.com").exit_code == 0
    lines = ["/package", "/nonsense", "Standard delivery takes three to five working days.", "/done", ASKS, "/done"]
    done = run("train", "kim@example.com", "--customers", "2", "--json", stdin="\n".join(lines) + "\n")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert made["rubric"]["opened_package"] == [1, 2]
    assert made["rubric"]["asked_nothing_again"] == [1, 2]
    assert made["rubric"]["in_time"] == [2, 2]
    assert made["standing"] in ("passed", "attention", "failed")
    shown = json.loads(run("train", "--show", "--json").stdout)
    assert shown == [made]
    table = run("train", "--show", "kim@example.com").stdout
    assert "kim@example.com" in table
    assert f"{made['percent']:.0f} %" in table


def test_a_stranger_and_nobody_are_refused_before_the_shop_opens(run) -> None:
    stranger = run("train", "nobody@example.com")
    assert stranger.exit_code == 1
    assert "users list" in stranger.output
    assert run("train").exit_code == 1
