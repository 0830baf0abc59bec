"""Triggers: the typed YAML that says whom we would write to first, why, on which channels and in which words."""

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from assistant.outreach.facts import PURPOSES
from assistant.outreach.whens import NAMES, Incident, Strict, When
from knowledge.failures import Rejected
from knowledge.yaml_text import parse_yaml

MAX_BYTES = 1_000_000
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
Share = Annotated[float, Field(ge=0, le=0.5)]


class Sender(Strict):
    """Who writes: the name under each message, and the postal address that advertising must carry."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    postal_address: Annotated[str, Field(max_length=300)] = ""


class Trigger(Strict):
    """One trigger. `article` is the key of a public article its text rests on.

    `approval`: each message is looked at (`single`), a share of them (`sample`, by `sample_share`), or none
    (`trusted`). `holdout` is the share that gets nothing. A firing older than `fresh_hours` is passed over; `timing`
    says whether the best hour within them is waited for.
    """

    name: Name
    when: When
    purpose: Name
    channels: Annotated[tuple[Name, ...], Field(min_length=1, max_length=8)]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=1_500)]
    article: Annotated[str, Field(max_length=200)] = ""
    approval: Literal["single", "sample", "trusted"] = "single"
    sample_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    holdout: Share = 0.1
    fresh_hours: Annotated[int, Field(ge=1, le=24 * 14)] = 48
    timing: Literal["now", "best"] = "now"
    sensitive: bool = False


class Plan(Strict):
    """The whole file."""

    sender: Sender
    triggers: tuple[Trigger, ...] = ()


def read_triggers(path: Path) -> Plan:
    """Read the file of triggers.

    Raises:
        Rejected: it cannot be read, is too large, no YAML, or has a mistake; all of them are told at once.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Rejected(f"{path} cannot be read.", "Name a YAML file of triggers: docs/outreach.md.") from error
    if len(content) > MAX_BYTES:
        raise Rejected(f"{path.name} is larger than {MAX_BYTES:,} bytes.", "A file of triggers is short.")
    return parse_triggers(content.decode("utf-8", "replace"), path.name)


def parse_triggers(text: str, name: str = "the triggers") -> Plan:
    """Read triggers from YAML.

    Raises:
        Rejected: it is no YAML or has a mistake; all of them are told at once.
    """
    try:
        plan = Plan.model_validate(parse_yaml(text, name, "Indent by spaces, quote times.") or {})
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:8])
        raise Rejected(f"{name}: {told}.", "docs/outreach.md describes every field.") from error
    mistakes = list(_mistakes(plan))
    if mistakes:
        raise Rejected(f"{name}: {'; '.join(mistakes[:8])}.", "docs/outreach.md describes every field.")
    return plan


def _mistakes(plan: Plan) -> Iterator[str]:
    names = [one.name for one in plan.triggers]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield f"two triggers are named {name}"
    for one in plan.triggers:
        yield from (f"{one.name}: {mistake}" for mistake in _of_trigger(one, plan.sender))


def _of_trigger(one: Trigger, sender: Sender) -> Iterator[str]:
    if one.purpose not in PURPOSES:
        yield f"there is no purpose {one.purpose}; there are {', '.join(sorted(PURPOSES))}"
    elif PURPOSES[one.purpose].advertises and not sender.postal_address:
        yield "advertising needs the sender's postal_address"
    for text in (one.subject, one.text):
        yield from _of_text(text, NAMES.get(one.when.kind, frozenset()))
    if isinstance(one.when, Incident) and not (one.when.plans or one.when.skus or one.when.events):
        yield "an incident needs plans, skus or events that it hits"


def _of_text(text: str, more: frozenset[str]) -> Iterator[str]:
    template = Template(text)
    if not template.is_valid():
        yield "a $ stands alone in the text; write $$"
        return
    for name in sorted(set(template.get_identifiers()) - {"name", *more}):
        known = ", ".join(f"${one}" for one in sorted({"name", *more}))
        yield f"${name} is nothing a text of this kind can name ({known})"
