"""Twelve questions of a support manager, each with the figures that answer it: live ones and measured ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question; `live` are measures of one's own record, `measured` figures of `make evals`."""

    text: str
    live: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()


QUESTIONS = (
    Question(
        "Do customers still have to repeat themselves?",
        ("issues_with_repeats", "handovers_with_repeats"),
        ("repeats/labelled/f1", "simulation/switching/repeats_per_issue"),
    ),
    Question(
        "Are issues that change channel resolved as well as the others?",
        ("cross_channel_resolution", "resolution_without_repeats"),
        ("simulation/switching/resolution_without_repeats",),
    ),
    Question(
        "Is anything lost when an issue changes hands or channel?",
        ("context_preservation", "handoff_success"),
        ("handoff/star/fact_recall", "simulation/switching/context_preservation"),
    ),
    Question(
        "Are suggestions right, and do agents use them?",
        ("draft_acceptance", "draft_likeness"),
        ("answers/demo/right", "grounding/mtrag/auc"),
    ),
    Question(
        "Does the assistant keep quiet where it does not know?",
        ("bot_handed_over",),
        ("refusal/mtrag/refused_unanswerable", "refusal/mtrag/coverage_at_threshold"),
    ),
    Question(
        "Can I let the bot answer by itself, and how much would it take?",
        ("bot_resolution_durable", "bot_resolution_confirmed"),
        ("bot/mtrag/bound_held_share", "bot/mtrag/coverage"),
    ),
    Question(
        "Can internal knowledge or a stranger's record get out?",
        (),
        ("leak/tau_banking_kb/internal_sentences", "identity/automatic/wrong_links"),
    ),
    Question(
        "Who gets an issue, and is it the right person?",
        ("routing_gain", "same_agent", "resolved_across_handoffs"),
        ("routing/it_incidents/group_top1", "routing/it_incidents/resolver_top5"),
    ),
    Question(
        "How long do customers wait, and for what?",
        ("first_response", "promises_kept", "full_resolution"),
        ("bot/peak/lost", "suggestion/demo/latency_p95"),
    ),
    Question(
        "Are customers content, and was it easy for them?",
        ("csat", "ces_agree", "nps"),
        (),
    ),
    Question(
        "Does it work in my customers' languages?",
        (),
        ("language/written/right_or_unknown", "language/written/automatic_answers_outside"),
    ),
    Question(
        "What does it cost, and does a change make it worse unseen?",
        ("cost_per_contact", "cost_per_resolution", "cost_per_suggestion", "roi"),
        ("suggestion/demo/tokens", "gate/simulated/false_alarm_rate", "gate/simulated/power"),
    ),
)
