"""Each measure against a table worked out by hand (METRICS.md has the definitions)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from assistant.answering.outcomes import Outcome
from evals.live.arms import Outreached, Reached
from evals.live.bot import bot_part, bot_resolution, funnel
from evals.live.consistency import consistency
from evals.live.drafts import draft_times, drafts, kept_words, likeness
from evals.live.effects import outreach, routing
from evals.live.handovers import handovers
from evals.live.journeys import journeys, ways
from evals.live.measures import Measure, Period
from evals.live.measuring import Told, measure_all
from evals.live.money import Arm, Costs, Gain, returns, suggestions
from evals.live.resolution import resolution
from evals.live.social import social
from evals.live.stories import Asked, Draft, Handover, Known, Offer, Repeat, Story, Survey
from evals.live.times import Hours, first_response, next_responses, times
from evals.live.voices import voices
from evals.live.work import work
from knowledge.ids import ConversationId, CustomerId

Tell = Callable[..., Story]
When = Callable[[float], datetime]


def named(measures: Any) -> dict[str, Measure]:
    return {one.name: one for one in measures}


def test_over_channels_without_repeats(tell: Tell, when: When, november: Period) -> None:
    clean = tell("0 chat customer a\n1 email customer b\n2 email agent:ann c\n3 email =resolved ann", "i1")
    told_twice = replace(
        tell("0 chat customer a\n1 phone customer a\n2 phone agent:bo c\n3 phone =resolved bo", "i2", "c2"),
        repeats=(Repeat("e", "a", True, when(1)),),
    )
    single = tell("0 chat customer a\n0.1 chat agent:ann b\n0.2 chat =resolved ann", "i3", "c3")
    unsolved = tell("0 chat customer a\n1 email customer b", "i4", "c4")
    found = named(resolution([clean, told_twice, single, unsolved], november))
    assert (found["cross_channel_resolution"].value, found["cross_channel_resolution"].n) == (50, 2)
    assert found["resolution_without_repeats"].value == pytest.approx(100 * 2 / 3)
    assert (found["issues_with_repeats"].value, found["issues_with_repeats"].n) == (25, 4)
    assert found["issues_with_repeats"].parts["elicited"] == 100
    assert found["cross_channel_resolution"].few


def test_first_contact_counts_no_passing_on_and_no_coming_back(tell: Tell, when: When, november: Period) -> None:
    once = tell("0 chat customer a\n0.1 chat agent:ann b\n0.2 chat =resolved ann", "i1")
    back = tell("0 chat customer a\n0.1 chat agent:ann b\n0.2 chat =resolved ann\n72 email customer c", "i2", "c2")
    back = replace(back, changes=(*back.changes,))
    passed = replace(
        tell("0 chat customer a\n0.1 chat agent:ann b\n0.2 chat =resolved ann", "i3", "c3"),
        handovers=(Handover("agent→agent", "ann", "bo", when(0.05)),),
    )
    found = named(resolution([once, back, passed], november))
    assert (found["first_contact_resolution"].value, found["first_contact_resolution"].n) == (pytest.approx(100 / 3), 3)
    assert found["first_contact_resolution"].parts["1 d"] == pytest.approx(200 / 3)
    assert (found["repeat_contact"].value, found["repeat_contact"].n) == (25, 4)
    early = Period(november.since, november.until, when(100))
    assert named(resolution([once, back], early))["first_contact_resolution"].n == 0


def test_who_was_never_helped_was_not_helped_at_the_first_contact(tell: Tell, when: When, november: Period) -> None:
    once = tell("0 chat customer a\n0.1 chat agent:ann b\n0.2 chat =resolved ann", "i1")
    left = tell("0 chat customer a\n0.1 chat agent:ann b", "i2", "c2")
    ours = tell("0 email agent:ann news", "i3", "c3")  # the customer never asked anything
    found = named(resolution([once, left, ours], november))["first_contact_resolution"]
    assert (found.value, found.n) == (50, 2)
    soon = replace(november, now=when(200))
    assert named(resolution([once, left], soon))["fcr_net"].n == 2
    assert named(resolution([left], replace(november, now=when(100))))["first_contact_resolution"].n == 0


def test_what_is_said_first_on_another_channel_may_be_said_twice(tell: Tell, when: When, november: Period) -> None:
    """The first words on the new channel come with the change; what comes after the next change is that one's."""
    story = tell("0 chat customer TF-1\n1 email customer TF-1\n2 email agent:ann b\n5 phone customer hm", "i1")
    moved = tuple(
        Handover("channel→channel", one, two, when(at))
        for one, two, at in (("chat", "email", 1), ("email", "phone", 5))
    )
    story = replace(story, handovers=moved, repeats=(Repeat("i1-1", "tf-1", True, when(1)),))
    found = named(resolution([story], november))
    assert (found["handovers_with_repeats"].value, found["handovers_with_repeats"].n) == (50, 2)
    assert found["issues_with_repeats"].parts["repeats an issue"] == 1
    parts = named(handovers([story], november))["handoff_success"].parts
    assert parts["nothing asked again"] == 50


def test_an_issue_opened_again_after_its_week_stayed_resolved(tell: Tell, when: When, november: Period) -> None:
    script = "0 chat customer a\n1 chat agent:bo c\n2 chat =resolved bo\n{} chat =open bo\n{} chat =resolved bo"
    passed = (Handover("agent→agent", "ann", "bo", when(0.5)),)
    for hours, share in ((100, 0), (300, 100)):
        story = replace(tell(script.format(hours, hours + 1)), handovers=passed)
        assert named(handovers([story], november))["resolved_across_handoffs"].value == share


def test_context_that_is_kept_lost_and_asked_again(tell: Tell, when: When, november: Period) -> None:
    story = tell(
        """0 chat customer my order is TF-1 and I live in Leeds
        1 chat agent:ann one moment
        2 email customer hello?
        3 email agent:bo what is your order number
        4 email customer TF-1
        5 email agent:bo order TF-1 goes to Leeds
        6 email =resolved bo"""
    )
    facts = (
        Known("reference", "order", "tf-1", "TF-1", ("i1-0",), when(0)),
        Known("address", "city", "leeds", "Leeds", ("i1-0",), when(0)),
        Known("stated", "", "blue", "blue", ("i1-0",), when(0)),
    )
    moved = (Handover("channel→channel", "chat", "email", when(2)),)
    story = replace(story, facts=facts, handovers=moved, repeats=(Repeat("i1-4", "tf-1", True, when(4)),))
    found = named(handovers([story], november))
    assert found["context_preservation"].value == 0.5  # two needed, one asked again; nobody needed "blue"
    assert found["context_preservation"].parts["facts"] == 2
    contradicted = replace(
        story,
        repeats=(),
        facts=(*facts, Known("address", "city", "york", "York", ("i1-5",), when(5))),
    )
    assert named(handovers([contradicted], november))["context_preservation"].value == 0.5
    assert named(handovers([replace(story, facts=())], november))["context_preservation"].value is None


def test_a_handoff_goes_well_in_every_respect_or_not(tell: Tell, when: When, november: Period) -> None:
    story = tell("0 chat customer a\n1 chat agent:ann b\n2 chat agent:bo c\n3 chat =resolved bo")
    well = Handover("agent→agent", "ann", "bo", when(1.5), taken_at=when(1.9), opened_at=when(1.6))
    found = named(handovers([replace(story, handovers=(well,))], november))
    assert found["handoff_success"].value == 100
    assert found["resolved_across_handoffs"].value == 100
    unread = replace(well, opened_at=when(2.5))
    parts = named(handovers([replace(story, handovers=(unread,))], november))["handoff_success"].parts
    assert parts["package opened before the answer"] == 0
    assert parts["accepted in time"] == 100
    moved = replace(well, kind="channel→channel", giver="chat", taker="email", at=when(0.5))
    later = named(handovers([replace(story, handovers=(well, moved))], november))["handoff_success"]
    assert (later.value, later.n) == (50, 2)  # too late for the channel, and then passed on
    assert (later.parts["agent→agent"], later.parts["channel→channel"], later.parts["bot→agent"]) == (100, 0, None)
    assert later.parts["resolved without another transfer"] == 50


def test_switches_ways_and_continuity(tell: Tell, november: Period) -> None:
    one = tell("0 chat customer a\n1 phone customer b\n1.1 phone agent:ann c\n2 email agent:bo d", "i1")
    two = tell("0 chat customer a\n0.1 chat agent:ann b", "i2")
    found = named(journeys([one, two], november))
    assert found["channel_switches"].value == 1.0
    assert found["issues_with_switch"].value == 50
    assert found["channel_switches"].parts["moved by agent"] == 50
    assert found["same_agent"].value == pytest.approx(2 / 3)
    assert found["continuity"].value == pytest.approx((4 + 1 - 3) / (3 * 2))
    taken = ways([one, two], november)
    assert [(way.giver, way.taker, way.issues) for way in taken] == [("chat", "phone", 1), ("phone", "email", 1)]
    assert (taken[1].dropped.value, taken[1].dropped.n) == (100, 1)
    assert (taken[0].hours.value, taken[0].kept.value) == (1, None)


def test_surveys_with_coverage(tell: Tell, when: When, november: Period) -> None:
    def answered(number: int, *answers: tuple[str, int]) -> Story:
        surveys = tuple(Survey(kind, score, when(3)) for kind, score in answers)  # type: ignore[arg-type]
        script = "0 chat customer a\n1 chat agent:ann b\n2 chat =resolved ann"
        return replace(tell(script, f"i{number}", f"c{number}"), surveys=surveys, surveyed=True)

    stories = [
        answered(1, ("csat", 5), ("ces", 7), ("nps", 10)),
        answered(2, ("csat", 3), ("ces", 2), ("nps", 6)),
        answered(3, ("ces", 5), ("nps", 8)),
        answered(4),
    ]
    found = named(voices(stories, november))
    assert found["csat"].value == 50
    assert found["csat"].parts["coverage of resolved issues"] == 50
    assert found["csat"].parts["chat"] == 50
    assert found["ces_mean"].value == pytest.approx(14 / 3)
    assert found["ces_agree"].value == pytest.approx(200 / 3)
    assert found["ces_index"].value == pytest.approx(0)
    assert found["nps"].value == pytest.approx(0)


def test_times_leave_the_bot_out(tell: Tell, when: When, november: Period) -> None:
    story = tell("0 chat customer a\n0.1 chat bot:bot b\n1 chat agent:ann c\n2 chat customer d\n2.5 chat agent:ann e")
    assert first_response(story) == (when(0), when(1))
    assert list(next_responses(story)) == [(when(2), when(2.5))]
    found = named(times([story], november, Hours(lambda begin, end: (end - begin) / 2)))
    assert found["first_response"].value == 60
    assert found["first_response"].parts["in business hours"] == 30
    assert found["full_resolution"].value is None


def test_the_bot_by_four_definitions(when: When, november: Period) -> None:
    def ended(number: int, *held: bool | None, passed: bool = False) -> Outcome:
        return Outcome(ConversationId(f"v{number}"), CustomerId("c"), when(number), passed, bool(held[0]), *held[1:])

    outcomes = [
        ended(1, True, True, True, True),
        ended(2, False, True, True, False),
        ended(3, False, True, False, False),
        ended(4, False, False, False, False, passed=True),
        ended(5, False, None, None, None),
    ]
    found = named(bot_resolution(outcomes, november))
    assert (found["bot_resolution_confirmed"].value, found["bot_resolution_confirmed"].n) == (20, 5)
    values = [found[f"bot_resolution_{way}"].value for way in ("assumed", "verified", "durable")]
    assert values == [75, 50, 25]
    assert found["bot_resolution_durable"].parts == {"window not over": 1}
    assert found["bot_handed_over"].value == 20
    assert list(funnel(9, outcomes, november).values()) == [9, 5, 4, 2, 1]


def test_drafts(tell: Tell, when: When, november: Period) -> None:
    story = tell("0 chat customer a\n1 chat agent:ann b")
    shown = (
        Draft("abcd", "accepted", "abcd", when(1), when(1.1)),
        Draft("abcd", "edited", "abxx", when(1), when(1.2)),
        Draft("abcd", "rejected", "", when(1)),
        Draft("abcd", "ignored", "", when(1)),
    )
    found = named(drafts([replace(story, drafts=shown)], november))
    assert found["draft_acceptance"].value == pytest.approx(100 / 3)
    assert found["draft_acceptance"].parts["ignored"] == 25
    assert found["draft_likeness"].value == pytest.approx(0.75)
    assert likeness("kitten", "sitting") == pytest.approx(1 - 3 / 7)
    assert kept_words("a b c", "a b d") == pytest.approx(4 / 6)


def test_public_messages(tell: Tell, when: When, november: Period) -> None:
    quick = replace(
        tell("0 x! customer my tent was stolen\n1 x! agent:ann b\n2 email customer c\n3 email =resolved ann", "i1"),
        owners=((when(0.5), "ann"),),
    )
    order = Known("reference", "order", "tf-1", "TF-1", ("i2-0",), when(0))
    left = replace(tell("0 x! customer where is TF-1", "i2", "c2"), facts=(order,))
    praise = tell("0 x! customer lovely boots\n1 x! agent:ann thanks", "i3", "c3")
    found = named(social([quick, left, praise], november))
    assert found["social_unanswered"].value == pytest.approx(100 / 3)
    assert (found["social_owner_minutes"].value, found["social_owner_minutes"].n) == (30, 1)
    assert (found["social_moved_private"].value, found["social_moved_private"].n) == (50, 2)
    assert found["social_moved_private"].parts == {"of all public issues": pytest.approx(100 / 3)}
    assert found["social_private_resolved"].value == 100


def test_work_and_money(tell: Tell, november: Period) -> None:
    story = tell("0 chat customer a\n0.1 chat agent:ann b\n0.2 chat =resolved ann")
    found = named(work([story], november, Costs(agent_hour=30, currency="EUR")))
    assert found["active_minutes"].value == pytest.approx(6)
    assert found["resolutions_per_hour"].value == pytest.approx(10)
    assert found["cost_per_contact"].value == pytest.approx(3)
    assert found["cost_per_resolution"].value == pytest.approx(3)


STATES = ("resolved",) * 8 + ("open",) * 2


def test_channels_lie_apart(tell: Tell, when: When, november: Period) -> None:
    """Ten by chat answered in 6 minutes, all content; ten by mail in 60, five content; three by phone say nothing."""
    stories = [
        tell(
            f"0 {channel} customer a\n{hours} {channel} agent:ann b\n2 {channel} ={STATES[n]} ann",
            f"{channel}{n}",
            surveys=(Survey("csat", 5 if n < good else 2, when(3), channel),),
        )
        for channel, hours, count, good in (("chat", 0.1, 10, 10), ("email", 1, 10, 5), ("phone", 3, 3, 0))
        for n in range(count)
    ]
    found = named(consistency(stories, november))
    assert (found["spread_csat"].value, found["spread_csat"].n) == (50, 20)
    assert found["spread_csat"].parts == {"chat": 100, "email": 50, "standard deviation": 25}
    assert found["spread_first_response"].value == pytest.approx(54)
    assert found["spread_resolved"].value == 0
    assert named(consistency(stories[:10], november))["spread_csat"].value is None
    assert found["spread_first_response_promised"].value is None
    promised = {"chat": timedelta(minutes=6), "email": timedelta(hours=2)}.get
    told = named(consistency(stories, november, Hours(promised=promised)))["spread_first_response_promised"]
    assert (told.value, told.parts["chat"], told.parts["email"]) == (0.5, 1, 0.5)


def test_whose_turn_it_was(tell: Tell, november: Period) -> None:
    lines = "0 chat customer a\n1 chat agent:ann b\n2 chat =pending ann\n7 chat =open ann\n8 chat =resolved ann"
    found = named(times([tell(lines)], november))["waiting_on_us"]
    assert (found.value, found.parts["waiting on the customer"]) == (3, 5)


def test_the_bots_part(tell: Tell, november: Period) -> None:
    stories = [
        tell("0 chat customer a\n1 chat bot:bot b", "i1"),
        tell("0 chat customer a\n1 chat bot:bot b\n2 chat agent:ann c", "i2"),
        tell("0 chat customer a\n1 chat agent:ann c", "i3"),
        tell("0 chat customer a", "i4"),
    ]
    found = named(bot_part(stories, november))
    assert (found["bot_handled"].value, found["bot_deflected"].value) == (50, 50)


def test_from_draft_to_reply(tell: Tell, when: When, november: Period) -> None:
    sent = (Draft("a", "accepted", "a", when(1), when(1.1)), Draft("a", "ignored", "", when(1)))
    found = named(draft_times([tell("0 chat customer a", drafts=sent)], november))["draft_seconds"]
    assert (found.value, found.n) == (pytest.approx(360), 1)


def test_what_a_suggestion_takes(tell: Tell, when: When, november: Period) -> None:
    asked = tuple(Asked(when(hour), tokens) for hour, tokens in ((1, 300), (2, 500), (9_999, 7)))
    story = tell("0 chat customer a\n0.1 chat agent:ann b", asked=asked)
    assert named(suggestions([story], november))["tokens_per_suggestion"].value == 400
    month = (november.until - november.since) / timedelta(days=30.4)
    costs = Costs(models=60.8, currency="EUR")
    found = named(work([story], november, costs))["cost_per_suggestion"]
    assert (found.value, found.n, found.unit) == (pytest.approx(month * 60.8 / 2), 2, "EUR")


def test_promises_are_kept_in_the_hours_of_business(tell: Tell, when: When, november: Period) -> None:
    hours = Hours(lambda begin, end: (end - begin) / 2, {"chat": timedelta(minutes=30)}.get)
    stories = [
        tell("0 chat customer a\n0.9 chat agent:ann b", "i1"),  # 27 working minutes
        tell("0 chat customer a\n1.1 chat agent:ann b", "i2"),  # 33
        tell("0 chat customer a\n0.2 chat bot:bot b", "i3"),  # no person yet, the time is over
        tell("0 email customer a", "i4"),  # nothing is promised by mail
    ]
    found = named(times(stories, november, hours))["promises_kept"]
    assert (found.value, found.n) == (pytest.approx(100 / 3), 3)
    soon = replace(november, now=when(0.5))
    assert named(times(stories[2:3], soon, hours))["promises_kept"].n == 0


def test_routing_against_the_holdout(tell: Tell, when: When, november: Period) -> None:
    """Of 40 routed 30 go well, of 20 held out 10: 25 points."""
    stories = [
        tell(
            "0 chat customer a\n0.1 chat agent:ann b\n1 chat =resolved ann"
            + ("" if well else "\n30 chat customer again\n31 chat =resolved ann"),
            f"{arm}{number}",
            f"{arm}{number}",
            offers=(Offer("ann", arm, when(0.01), "accepted" if well else "declined"),),
        )
        for arm, of, good in (("score", 40, 30), ("holdout", 20, 10))
        for number, well in enumerate([True] * good + [False] * (of - good))
    ]
    found = named(routing(stories, november))
    gain = found["routing_gain"]
    assert (gain.value, gain.n) == (pytest.approx(25), 20)
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low < 25 < gain.high
    assert gain.few
    assert (gain.parts["went well, routed"], gain.parts["held out"]) == (75, 20)
    assert found["offers_accepted"].value == pytest.approx(100 * 40 / 60)
    assert found["offers_accepted"].parts["declined"] == pytest.approx(100 * 20 / 60)
    assert found["routing_transfers"].value == 0
    assert found["load_gini"].value == 0
    assert found["routing_wait"].n == 0
    owned = [replace(one, owners=((when(0.5), ""), (when(0.5 + n % 3), "ann"))) for n, one in enumerate(stories)]
    assert named(routing(owned, november))["routing_wait"].value == 90
    alone = named(routing([one for one in stories if one.offers[0].arm == "score"], november))["routing_gain"]
    assert (alone.value, alone.n) == (None, 0)
    assert "nothing was held out" in alone.note
    early = replace(november, now=when(24))
    assert named(routing(stories, early))["routing_gain"].value is None  # their week is not over


def test_who_answers_knows_what_the_issue_takes(tell: Tell, november: Period) -> None:
    def skilled(text: str, colleague: str) -> bool | None:
        return colleague == "ann" if "tent" in text else None

    asked = (("a tent", "ann"), ("my tent", "bo"), ("the tent", "ann"), ("hello", "bo"))
    stories = [tell(f"0 chat customer {text}\n1 chat agent:{who} b", f"i{n}") for n, (text, who) in enumerate(asked)]
    unanswered = tell("0 chat customer a tent", "i9")
    found = named(routing([*stories, unanswered], november, skilled))["skill_match"]
    assert (found.value, found.n) == (pytest.approx(200 / 3), 3)
    assert named(routing(stories, november))["skill_match"].n == 0


def test_load_lies_unevenly(tell: Tell, november: Period) -> None:
    """Three issues with one agent, one with another: Gini (2·(1·1 + 2·3) − 3·4) / (2·4) = 1/4."""
    stories = [tell(f"0 chat customer a\n1 chat agent:{who} b", f"i{n}") for n, who in enumerate(("a", "a", "a", "b"))]
    assert named(routing(stories, november))["load_gini"].value == pytest.approx(0.25)


def test_outreach_against_the_holdout(when: When, november: Period) -> None:
    """8 of 80 written to contact us, 10 of 40 held out: 15 of 100 spared."""
    treated = [Reached("late", False, when(1), contacts=int(number < 8)) for number in range(80)]
    holdout = [Reached("late", True, when(1), contacts=int(number < 10)) for number in range(40)]
    sent = [(when(1), number < 2) for number in range(50)]
    found = named(outreach(Outreached([*treated, *holdout], [(when(1), "quiet_hours")] * 30, sent), november))
    spared = found["outreach_contacts_avoided"]
    assert (spared.value, spared.n) == (pytest.approx(15), 40)
    assert spared.low is not None
    assert 0 < spared.low < 15
    assert found["outreach_stops"].value == 4
    assert found["outreach_refused"].value == pytest.approx(20)
    assert found["outreach_refused"].parts == {"quiet_hours": 30}
    assert found["outreach_effort"].value is None
    easy = [replace(one, surveys=(Survey("ces", 6 + n % 2, when(9)),), bought=n < 20) for n, one in enumerate(treated)]
    hard = [replace(one, surveys=(Survey("ces", 4 + n % 2, when(9)),), bought=n < 4) for n, one in enumerate(holdout)]
    lifted = named(outreach(Outreached([*easy, *hard], (), ()), november))
    assert (lifted["outreach_effort"].value, lifted["outreach_effort"].n) == (pytest.approx(2), 40)
    assert (lifted["outreach_bought"].value, lifted["outreach_bought"].n) == (pytest.approx(15), 40)
    late = Outreached([replace(one, at=november.now - timedelta(days=3)) for one in treated], (), ())
    assert named(outreach(late, november))["outreach_contacts_avoided"].value is None


def test_return_against_a_holdout() -> None:
    """Fifty units, an hour saved each at 30: 1,500 for 1,000 is a return of .5; a contact less at 5 each adds .25."""
    hours = Gain(Arm([1.0] * 50, [0.0] * 50), Arm([2.0] * 40, [0.0] * 40))
    roi = returns([hours], Costs(agent_hour=30), contact=5, spent=1_000)
    assert roi.value == pytest.approx(0.5)
    assert roi.low == roi.high == pytest.approx(0.5)
    assert roi.n == 40
    both = [hours, Gain(Arm([1.0] * 50, [0.0] * 50), Arm([1.0] * 9, [1.0] * 9))]
    assert returns(both, Costs(agent_hour=30), contact=5, spent=1_000).value == pytest.approx(0.75)
    assert returns([Gain(Arm([1.0], [0.0]), Arm())], Costs(), 1, 1).value is None
    content = [Gain(Arm([1.0] * 4, [0.0] * 4, [1, 1, 1, np.nan]), Arm([1.0] * 4, [0.0] * 4, [1, 0, np.nan, np.nan]))]
    worth = returns(content, Costs(csat_point=20), contact=0, spent=1_000)
    assert worth.value == pytest.approx(0)  # 50 points at 20 for 1,000
    assert worth.low is not None
    assert worth.low < 0
    assert returns(content, Costs(), contact=0, spent=1_000).value == -1
    assert "THREADLINE_COSTS" in returns([hours], Costs(), 1, 0).note


def test_the_interval_of_a_return_holds_it(november: Period) -> None:
    random = np.random.default_rng(1)
    held = 0
    for _ in range(40):
        arms = [Arm(random.exponential(mean, 60).tolist(), [0.0] * 60) for mean in (1.0, 1.5)]
        roi = returns([Gain(*arms)], Costs(agent_hour=30), contact=0, spent=600)
        assert roi.low is not None
        assert roi.high is not None
        held += roi.low <= 0.5 * 30 * 60 / 600 - 1 <= roi.high
    assert held >= 34


def test_every_measure_has_a_name_of_its_own_and_nothing_is_measured_of_nothing(november: Period) -> None:
    found = measure_all([], november, Told(costs=Costs(agent_hour=1)))
    assert len({one.name for one in found}) == len(found) > 30
    assert all(one.value is None and one.n == 0 for one in found)


def test_speed_comes_after_repeats(tell: Tell, november: Period) -> None:
    order = [one.name for one in measure_all([tell("0 chat customer a")], november)]
    assert order.index("issues_with_repeats") < order.index("first_response")
    assert timedelta(0) < november.until - november.since
