"""Facts against public data that was not made for them: values in questions, what a task needs, who a customer is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean, median
from typing import Any

from evals.datasets.abcd import Shop
from evals.datasets.service_dialogues import Dialogues, leaves
from evals.datasets.tau_support import Desk
from evals.datasets.tweetsumm import Summaries
from evals.datasets.utterances import Utterances
from evals.figures import Figure, figure
from evals.handoff.context_preservation import is_tuning
from evals.handoff.cutting import cuts_of, said_before
from evals.intervals import mean_interval, quantile_interval
from handoff.choosing import choose
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.said import Said
from knowledge.customers.facts.values import find_values

SEED = 20261125
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# Values shorter than this stand in a text by chance.
LEAST_CHARS = 3


def slot_figures(utterances: Utterances) -> Iterator[Figure]:
    """Share of the slots of NLU++ whose words lie in a value that we find; by slot in the settings."""
    hits: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
    for row in utterances.rows:
        found = [one.text.lower() for one in find_values(row.text)]
        for slot, text in row.slots.items():
            words = text.lower()
            whole = any(words in one for one in found)
            hits[slot].append((whole, whole or any(one in words for one in found), row.id))
    rows = [one for some in hits.values() for one in some]
    by_slot = {name: f"{sum(one[0] for one in some)} of {len(some)}" for name, some in sorted(hits.items())}
    settings = {"by slot": by_slot, "at least a part": round(fmean(one[1] for one in rows), 4) if rows else None}
    interval = _clustered([(one[0], one[2]) for one in rows])
    yield figure(f"facts/{utterances.name}/slot_recall", interval, "", data=utterances.digest, settings=settings)


def needed_figures(desk: Desk) -> Iterator[Figure]:
    """Of what a task's actions use and its customer is told to know, the share that is a fact once it is said."""
    rows: list[tuple[bool, str]] = []
    for task in desk.tasks:
        text = " ".join(_told(task.scenario))
        known = _known([("customer", text)])
        needed = {value.lower() for _, given in task.actions for _, value in leaves(given)}
        rows += [(value in known, task.id) for value in sorted(needed) if _stands(value, text)]
    if rows:
        settings = {"tasks": len(desk.tasks), "label": "scenarios are written to a simulated customer"}
        name = f"facts/tau_support_{desk.name}/needed_recall"
        yield figure(name, _clustered(rows), "", data=desk.digest, settings=settings)


def customer_figures(shop: Shop) -> Iterator[Figure]:
    """Of what is on record of ABCD's customers and they say in the conversation, the share that is a fact after it."""
    rows: list[tuple[bool, str]] = []
    for one in shop.conversations:
        said = " ".join(text for who, text in one.turns if who == "customer")
        known = _known([turn for turn in one.turns if turn[0] in ("customer", "agent")])
        rows += [(value.lower() in known, one.id) for value in one.on_record if _stands(value.lower(), said)]
    if rows:
        interval = _clustered(rows)
        settings = {"conversations": len(shop.conversations)}
        yield figure("facts/abcd/told_recall", interval, "", data=shop.digest, settings=settings)


def length_figures(summaries: Summaries, dialogues: Dialogues) -> Iterator[Figure]:
    """How many words people take to sum up a support conversation, and our package's lines beside it."""
    people = [float(len(text.split())) for texts in summaries.by_conversation.values() for text in texts]
    cuts = [cut for cut in cuts_of(dialogues) if not is_tuning(cut.dialogue.task)]
    packages = [[line.text for line in choose(facts_of(said_before(cut)))] for cut in cuts]
    ours = [float(sum(len(line.split()) for line in lines)) for lines in packages if lines]
    peers = {"our package, all its lines (STAR)": median(ours)} if ours else {}
    settings = {"people_p5_p95": [quantile_interval(people, share, seed=SEED, draws=1).value for share in (0.05, 0.95)]}
    interval = quantile_interval(people, 0.5, seed=SEED, draws=1_000)
    more: dict[str, Any] = {"baseline": peers, "data": summaries.digest, "settings": settings, "seed": SEED}
    yield figure("summary/tweetsumm/words", interval, "words", **more)


def _known(turns: Sequence[tuple[str, str]]) -> str:
    """The texts and values of the facts that are known after these turns, in lower case."""
    said = [Said(str(at), who, text, BEGIN) for at, (who, text) in enumerate(turns)]  # type: ignore[arg-type]
    return "\n".join(f"{one.text}\n{one.value}" for one in facts_of(said)).lower()


def _told(scenario: Mapping[str, Any]) -> Iterator[str]:
    """What the simulated customer is told to know and why they come, as words of their own."""
    told = scenario.get("instructions")
    given = told if isinstance(told, Mapping) else {"known_info": told}
    for name in ("reason_for_call", "known_info"):
        if given.get(name):
            yield str(given[name])


def _stands(value: str, text: str) -> bool:
    return len(value) >= LEAST_CHARS and value in text.lower()


def _clustered(rows: Sequence[tuple[bool, str]]) -> Any:
    return mean_interval([float(hit) for hit, _ in rows], seed=SEED, groups=[group for _, group in rows], draws=2_000)
