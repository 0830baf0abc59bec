"""Simulated customers: the same seed the same people, and they answer exactly what they are asked."""

from dataclasses import replace

import pytest

from evals.simulation.customers import asked_for, draw, goal_of, question_for, world

PEOPLE = draw(60, seed=3)


def test_a_seed_draws_the_same_people_and_more_begin_with_the_same() -> None:
    assert draw(10, seed=3) == PEOPLE[:10]
    assert draw(10, seed=4) != PEOPLE[:10]
    assert {one.goal for one in PEOPLE} == {goal["id"] for goal in world()["goals"]}
    assert {one.mood for one in PEOPLE} == set(world()["moods"])
    assert all(len(set(one.channels)) > 1 for one in PEOPLE)


@pytest.mark.parametrize("slot", sorted(world()["slots"]))
def test_an_agents_question_is_understood_and_the_answer_holds_the_fact(slot: str) -> None:
    one = next(one for one in PEOPLE if slot in one.facts)
    question = question_for([slot])
    assert slot in asked_for(question)
    assert slot in one.known_in(one.answers(question))
    assert slot in one.known_in(one.tells(slot))


def test_they_tell_at_first_what_they_tell_at_once_and_what_they_repeat_when_they_are_back() -> None:
    for one in PEOPLE:
        assert one.known_in(one.opens(0)) >= set(one.told_first)
        for contact, again in enumerate(one.retold, start=1):
            said = one.known_in(one.opens(contact))
            assert said >= ({again} - {""})
        assert one.known_in(one.solved()) == set(one.facts), goal_of(one.goal)


def test_who_is_told_something_and_asked_nothing_answers_nothing() -> None:
    one = PEOPLE[0]
    assert one.answers("We have your order number and the address. Thank you!") == ""
    assert one.answers("") == question_for([]) == ""


def test_values_are_found_however_they_are_spaced() -> None:
    one = replace(PEOPLE[0], facts={"order": "TF-123456"})
    assert one.known_in("order tf 123 456, please") == {"order"}
    assert one.known_in("order TF-123457") == set()
