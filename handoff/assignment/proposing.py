"""Proposing: whom to ask for each waiting conversation, the best for all of them together, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from handoff.agents import choosing, scoring
from handoff.agents.choosing import Choice, Shares
from handoff.agents.rules import Objection, allowed
from handoff.agents.scoring import Scored, Scorer
from handoff.assignment.batch import Floats, assign
from handoff.assignment.looking import Case, Seen
from handoff.learning.pooling import Model
from handoff.plan import Plan

# Fewer cases than these are no reason that anybody should read.
LEAST = 5


@dataclass(frozen=True)
class Proposal:
    """Whom the desk would ask for a case: the choice, who else fitted (best first), and why others did not."""

    case: Case
    choice: Choice | None
    fit: tuple[Scored, ...]
    objections: Mapping[str, Objection]


def propose(seen: Seen, model: Model, plan: Plan) -> list[Proposal]:
    """Return whom to ask for each case that nobody is being asked about: the best for all of them together.

    One channel is matched at a time, for capacity is counted by channel.
    """
    open_cases = [case for case in seen.cases if case.offer is None]
    by_channel: defaultdict[str, list[Case]] = defaultdict(list)
    for case in open_cases:
        by_channel[case.conversation.channel].append(case)
    scorer = Scorer(model, open_cases[0].need.at) if open_cases else None
    proposals = [one for cases in by_channel.values() if scorer for one in _match(cases, seen, scorer, plan)]
    place = {case.conversation.id: number for number, case in enumerate(open_cases)}
    return sorted(proposals, key=lambda one: place[one.case.conversation.id])


def _match(cases: Sequence[Case], seen: Seen, scorer: Scorer, plan: Plan) -> list[Proposal]:
    channel = cases[0].conversation.channel
    column = {agent.email: number for number, agent in enumerate(seen.agents)}
    room = np.array(
        [max(0, agent.room(channel) - seen.loads.get(agent.email, {}).get(channel, 0)) for agent in seen.agents]
    )
    scores = np.full((len(cases), len(seen.agents)), np.nan)
    found: list[tuple[Choice | None, tuple[Scored, ...], Mapping[str, Objection]]] = []
    for row, case in enumerate(cases):
        fit, objections = allowed(seen.agents, case.need, seen.loads)
        ranked = scorer.rank(fit, case.subject, seen.loads)
        choice = _choose(case, ranked, seen, plan)
        for one in ranked:
            scores[row, column[one.agent.email]] = one.chance
        if choice is not None and choice.arm != "score":  # a drawn colleague is asked, not the best
            scores[row, column[choice.scored.agent.email]] = 2.0
        found.append((choice, tuple(ranked), objections))
    answer = assign(scores, room)
    return [
        Proposal(case, _explained(_of(choice, number, seen, scores[row]), case, seen, scorer), fit, objections)
        for row, (case, number, (choice, fit, objections)) in enumerate(zip(cases, answer, found, strict=True))
    ]


def _explained(choice: Choice | None, case: Case, seen: Seen, scorer: Scorer) -> Choice | None:
    if choice is None:
        return None
    return replace(choice, scored=scorer.explained(choice.scored, case.subject, seen.loads))


def _choose(case: Case, ranked: Sequence[Scored], seen: Seen, plan: Plan) -> Choice | None:
    channel = case.conversation.channel
    spare = {
        one.agent.email: 1 - scoring.busyness(one.agent, channel, seen.loads.get(one.agent.email, {})) for one in ranked
    }
    shares = Shares(plan.assignment.explore, plan.assignment.holdout)
    return choosing.choose(f"{case.conversation.id}:{case.tries}", ranked, spare, shares)


def _of(choice: Choice | None, number: int | None, seen: Seen, scores: Floats) -> Choice | None:
    """Return the choice as the batch made it: somebody else than the best when the best is needed elsewhere."""
    if number is None or choice is None:
        return None
    agent = seen.agents[number]
    if agent.email == choice.scored.agent.email:
        return choice
    return Choice(Scored(agent, float(scores[number])), "batch", 1.0)


def words(choice: Choice, proposal: Proposal) -> tuple[str, ...]:
    """Return why this colleague, in sentences."""
    told = [scoring.in_words(reason) for reason in choice.scored.reasons if reason.cases >= LEAST]
    told = told or ["too little history yet: who has most room goes first"]
    if choice.arm == "explore":
        told.insert(0, "drawn among all who fit, so that what we learn stays true")
    if choice.arm == "holdout":
        told.insert(0, "has most room (compared with the score)")
    others = f"one of {len(proposal.fit)} who fit" if len(proposal.fit) > 1 else "the only one who fits"
    return (*told, f"{others}; rules kept {len(proposal.objections)} out")


def why(proposal: Proposal) -> list[str]:
    """Return a proposal in words: who and why, or why nobody."""
    if proposal.choice is not None:
        return [f"{proposal.choice.scored.agent.email}: {reason}" for reason in words(proposal.choice, proposal)]
    return [f"{email}: {found.why} ({found.rule})" for email, found in proposal.objections.items()]
