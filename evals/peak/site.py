"""The company of a peak: a running server with a library, agents, a rule and a certificate made on labelled draws."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.gate.answerable import features, open_gate
from assistant.gate.certify import Scored, certify, sequence
from assistant.suggest import brief_of, open_assistant
from assistant.understanding.question import plain_question
from evals.peak.world import TOPICS, draw
from evals.retrieval.library import Making, open_library
from evals.serving import running
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.staff.logins import issue_token
from knowledge.staff.people import NewStaff, Role, add_staff

SEED = 20261125
AGENTS = 4
RISK = 0.05
LABELLED = 400
# Serves a data folder with THREADLINE_* settings; yields the address.
Serve = Callable[[Path, Mapping[str, str]], AbstractContextManager[str]]


@dataclass(frozen=True)
class Site:
    """A running server and the bearer tokens of its agents and its manager."""

    url: str
    agents: tuple[str, ...]
    manager: str


def calibrate(chance_of: Callable[[str], tuple[float, str]], seed: int) -> Certified:
    """Certify on labelled draws of the simulator: a question's draft is right when it holds what it must."""
    asked = [one for one in draw(LABELLED * 2, 1.0, seed) if one.kind in ("simple", "hard")]
    known: dict[str, tuple[float, str]] = {}
    scored: list[Scored] = []
    for one in asked:
        text = one.messages[-1]
        if text not in known:
            known[text] = chance_of(text)
        chance, drafted = known[text]
        scored.append(Scored(chance, bool(one.holds) and all(word in drafted for word in one.holds)))
    others, labelled = scored[: len(scored) // 2], scored[len(scored) // 2 :]
    thresholds = sequence([one.chance for one in others], len(labelled), RISK)
    found = certify(labelled, thresholds, RISK)
    return Certified(
        RISK, found.confidence, found.threshold, found.items, found.answered, found.wrong, "labelled draws", "simulator"
    )


@contextmanager
def prepared(seed: int = SEED) -> Iterator[tuple[Path, tuple[str, ...], str]]:
    """Furnish a folder for the server: library, agents, rule and certificate; yields it with the tokens."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        documents = [topic.document for topic in TOPICS]
        with open_library(folder, documents, Making(), now) as library:
            assistant = open_assistant(library.settings, library.search)

            def chance_of(text: str) -> tuple[float, str]:
                question = plain_question(text)
                brief = brief_of(assistant, question)
                drafted = " ".join(unit.text for excerpt in brief.excerpts for unit in excerpt.units)
                return open_gate().probability(features(question, brief)), drafted

            certified = calibrate(chance_of, seed + 1)
            assistant.close()
            with library.database.write() as session:
                scope = library.scope
                rules.certify(session, scope, certified, now)
                rules.set_rule(session, scope, Rule("chat", "", "peak"), now)
                tokens = []
                for number in range(AGENTS + 1):
                    role: Role = "agent" if number < AGENTS else "manager"
                    profile = {"channels": ["chat"], "capacity": {"chat": 2}}
                    email = f"{role}{number}@example.com"
                    add_staff(session, scope, NewStaff(email, f"{role} {number}", role, None, profile), now)
                    tokens.append(issue_token(session, scope, email, "peak", now, timedelta(hours=2)))
        yield folder, tuple(tokens[:AGENTS]), tokens[-1]


@contextmanager
def serving(seed: int = SEED, serve: Serve = running) -> Iterator[Site]:
    """Start the product's own server on the prepared folder, with a worker inside; `serve` says in which process.

    Raises:
        Unavailable: it does not come up.
    """
    with (
        prepared(seed) as (folder, agents, manager),
        serve(folder, {"THREADLINE_PEAK_WAIT_SECONDS": "20"}) as url,
    ):
        yield Site(url, agents, manager)
