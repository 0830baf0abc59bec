"""Channel parity: the same question on every channel gets the same answer, as long as the channel has room for."""

from assistant.form import in_plain_signs
from assistant.sentences import numbers
from assistant.suggest import suggest
from evals.core.cases import Answer, Case, Metric, Task
from evals.core.registry import task
from evals.core.stage import Company, Stage
from evals.datasets import tarnfell
from knowledge.customers.entries import Handle, SuggestionShown
from knowledge.customers.inbox import Incoming, receive

# Channel → the kind of address its customers have, and a way to make one.
CHANNELS = {
    "chat": ("chat", "visitor-{}"),
    "email": ("email", "parity-{}@mail.example"),
    "whatsapp": ("whatsapp", "+4477009{:05d}"),
    "sms": ("sms", "+4477008{:05d}"),
}
# The channel without a limit of length.
FULLEST = "email"
# Every second question: enough to see a difference of a tenth, in half the time.
EVERY = 2


@task("parity/demo", gate=True)
def parity(stage: Stage) -> Task:
    """The same question by chat, e-mail, WhatsApp and SMS: the same decision, sources and numbers?

    A text message has room for a sentence or two: that it tells fewer numbers than the mail is its form, that it tells
    another one would be a contradiction.
    """
    key = tarnfell.read(stage.examples)

    def answer(case: Case) -> Answer:
        shown = {channel: _asked(stage, channel, case) for channel in CHANNELS}
        return Answer({channel: _essence(stage.company, one) for channel, one in shown.items()})

    cases = tuple(
        Case(one.id, {"question": one.text, "number": place}, slices={"language": one.language})
        for place, one in enumerate(key.questions[::EVERY])
    )
    metrics = (Metric("same_decision"), Metric("same_sources"), Metric("same_numbers"), Metric("no_other_numbers"))
    return Task("parity/demo", cases, answer, _mark, metrics, key.digest, stage.told, stage.models)


def _asked(stage: Stage, channel: str, case: Case) -> SuggestionShown:
    company, (kind, form) = stage.company, CHANNELS[channel]
    handle = Handle(kind, form.format(case.given["number"]))
    with company.database.write() as session:
        incoming = Incoming(channel, handle, case.given["question"], stage.now)
        received = receive(session, company.scope, incoming, stage.now)
    assert received.conversation is not None
    return suggest(company.assistant, company.database, company.scope, received.conversation, stage.now)


def _essence(company: Company, shown: SuggestionShown) -> dict[str, object]:
    cited = sorted({company.paths[one.article] for one in shown.passages if one.number in shown.citations})
    # A text message has no dash of its own: "3–5 days" is "3-5 days" there.
    told = numbers(in_plain_signs(shown.text))
    return {"decision": shown.decision, "sources": cited, "numbers": sorted(told)}


def _mark(_: Case, given: Answer) -> dict[str, float]:
    every = list(given.output.values())
    same = {
        f"same_{name}": float(all(one[name] == every[0][name] for one in every))
        for name in ("decision", "sources", "numbers")
    }
    fullest = set(given.output[FULLEST]["numbers"])
    return same | {"no_other_numbers": float(all(set(one["numbers"]) <= fullest for one in every))}
