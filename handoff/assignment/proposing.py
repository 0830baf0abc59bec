"""Proposing: whom to ask for each waiting conversation, the best for all of them together, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from handoff.agents import choosing, scoring
from handoff.agents.choosing import Choice, Shares
from handoff.agents.rules import Objection
from handoff.agents.scoring import Scored, Scorer
from handoff.assignment.batch import assign_sparing
from handoff.assignment.looking import Case, Seen
from handoff.assignment.widening import Fitting, who_fits
from handoff.learning.pooling import Model
from handoff.plan import Plan

# Fewer cases than these are no reason that anybody should read.
LEAST = 5
# So many colleagues whom the same rule keeps out are named.
NAMED = 3
# A difference of chances that is worth a word.
A_POINT = 0.01
# Why somebody who fits is not asked.
SPARED = Objection("spare", "keeps the room that is left for what they know")
AHEAD = Objection("queue", "is needed for somebody ahead in the queue")


@dataclass(frozen=True)
class Proposal:
    """Whom the desk would ask for a case: the choice, who else fitted (best first), and who fits by the rules."""

    case: Case
    choice: Choice | None
    fit: tuple[Scored, ...]
    who: Fitting

    @property
    def objections(self) -> Mapping[str, Objection]:
        """Why others did not fit."""
        return self.who.objections


def propose(seen: Seen, model: Model, plan: Plan) -> list[Proposal]:
    """Return whom to ask for each case that nobody is being asked about: the best for all of them together.

    One channel is matched at a time, for capacity is counted by channel. Who serves something in the place of somebody
    skilled does it out of room that is left, the last place of several kept for what they know.
    """
    open_cases = [case for case in seen.cases if case.offer is None]
    by_channel: defaultdict[str, list[Case]] = defaultdict(list)
    for case in open_cases:
        by_channel[case.conversation.channel].append(case)
    scorer = Scorer(model, open_cases[0].need.at, plan.assignment.even) if open_cases else None
    proposals = [one for cases in by_channel.values() if scorer for one in _match(cases, seen, scorer, plan)]
    place = {case.conversation.id: number for number, case in enumerate(open_cases)}
    return sorted(proposals, key=lambda one: place[one.case.conversation.id])


def _match(cases: Sequence[Case], seen: Seen, scorer: Scorer, plan: Plan) -> list[Proposal]:
    channel = cases[0].conversation.channel
    column = {agent.email: number for number, agent in enumerate(seen.agents)}
    room = np.array(
        [max(0, agent.room(channel) - seen.loads.get(agent.email, {}).get(channel, 0)) for agent in seen.agents]
    )
    kept = np.array([int(agent.room(channel) > 1) for agent in seen.agents])
    scores = np.full((len(cases), len(seen.agents)), np.nan)
    spare = scores.copy()
    found: list[tuple[Choice | None, tuple[Scored, ...], Fitting]] = []
    for row, case in enumerate(cases):
        fitting = who_fits(seen.agents, case.need, seen.loads, case.wide)
        worths = (spare if fitting.spare else scores)[row]
        ranked = scorer.rank(fitting.fit, case.subject, seen.loads)
        choice = _choose(case, ranked, seen, plan)
        for one in ranked:
            worths[column[one.agent.email]] = scorer.worth(one)
        if choice is not None and choice.arm != "score":  # a drawn colleague is asked, not the best
            worths[column[choice.scored.agent.email]] = 2.0
        found.append((choice, tuple(ranked), fitting))
    answer = assign_sparing(scores, spare, room, kept)
    return [
        Proposal(case, _explained(_of(choice, number, seen, fit), case, scorer), fit, who)
        for case, number, (choice, fit, who) in zip(cases, answer, found, strict=True)
    ]


def _explained(choice: Choice | None, case: Case, scorer: Scorer) -> Choice | None:
    return choice and replace(choice, scored=scorer.explained(choice.scored, case.subject))


def _choose(case: Case, ranked: Sequence[Scored], seen: Seen, plan: Plan) -> Choice | None:
    channel = case.conversation.channel
    spare = {
        one.agent.email: 1 - scoring.busyness(one.agent, channel, seen.loads.get(one.agent.email, {})) for one in ranked
    }
    shares = Shares(plan.assignment.explore, plan.assignment.holdout)
    return choosing.choose(f"{case.conversation.id}:{case.tries}", ranked, spare, shares)


def _of(choice: Choice | None, number: int | None, seen: Seen, fit: Sequence[Scored]) -> Choice | None:
    """Return the choice as the batch made it: somebody else than the best when the best is needed elsewhere."""
    if number is None or choice is None:
        return None
    agent = seen.agents[number]
    if agent.email == choice.scored.agent.email:
        return choice
    return Choice(next(one for one in fit if one.agent.email == agent.email), "batch", 1.0)


def words(choice: Choice, proposal: Proposal) -> tuple[str, ...]:
    """Return why this colleague, in sentences."""
    told = [scoring.in_words(reason) for reason in choice.scored.reasons if reason.cases >= LEAST]
    told = told or ["nothing tells so far who would do better: who has most room goes first"]
    if choice.arm == "explore":
        told.insert(0, "drawn among all who fit, so that what we learn stays true")
    if choice.arm == "holdout":
        told.insert(0, "has most room (compared with the score)")
    likelier = max((one.chance for one in proposal.fit), default=0.0)
    if choice.arm == "score" and likelier - choice.scored.chance >= A_POINT:
        told.append(
            f"has more room than somebody with {likelier - choice.scored.chance:.0%} more chance: work is kept even"
        )
    if proposal.who.widened:
        about = " or ".join(sorted(proposal.case.need.skills))
        waited = "has been free so far" if proposal.case.wide == "now" else "could take it"
        told.insert(0, f"nobody who knows about {about} {waited}: others are asked")
    others = f"one of {len(proposal.fit)} who fit" if len(proposal.fit) > 1 else "the only one who fits"
    return (*told, f"{others}; rules kept {len(proposal.objections)} out")


def why(proposal: Proposal) -> list[str]:
    """Return a proposal in words: who and why, or why nobody."""
    if proposal.choice is not None:
        return [f"{proposal.choice.scored.agent.email}: {reason}" for reason in words(proposal.choice, proposal)]
    needed = SPARED if proposal.who.spare else AHEAD
    return kept_out({**proposal.objections, **{one.agent.email: needed for one in proposal.fit}})


def kept_out(objections: Mapping[str, Objection]) -> list[str]:
    """Return which rules kept whom out, the one that kept most out first; of many alike the first few are named."""
    people: defaultdict[Objection, list[str]] = defaultdict(list)
    for email, found in objections.items():
        people[found].append(email)
    told = []
    for found, emails in sorted(people.items(), key=lambda one: (-len(one[1]), one[0].rule)):
        more = f" and {len(emails) - NAMED} more" if len(emails) > NAMED else ""
        told.append(f"{', '.join(emails[:NAMED])}{more}: {found.why} ({found.rule})")
    return told
