"""Visibility is stated: by a rule, by the article itself, or by the run; never silently public."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from knowledge.customers.entries import Visibility
from knowledge.failures import Rejected
from knowledge.library.drafts import Draft
from knowledge.library.screening import looks_internal

FIELDS = ("title", "path", "id", "group")


@dataclass(frozen=True)
class VisibilityRules:
    """Rules of the form `field:glob` (field: title, path, id, group; case does not matter).

    `default` is the run's statement for articles that no rule names and that state nothing themselves.

    Raises:
        Rejected: a rule of another form.
    """

    internal: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    default: Visibility | None = None

    def __post_init__(self) -> None:
        for rule in (*self.internal, *self.public):
            field, _, glob = rule.partition(":")
            if field not in FIELDS or not glob:
                raise Rejected(
                    f"{rule!r} is no visibility rule.", "Write title:GLOB, path:GLOB, id:GLOB or group:GLOB."
                )


@dataclass(frozen=True)
class Verdict:
    """An article's visibility and which rule said so; `held_back` says why it looks internal."""

    visibility: Visibility
    rule: str
    held_back: str = ""


def judge(draft: Draft, rules: VisibilityRules) -> Verdict:
    """Return the visibility of an article: rules first, then its own statement, then the run's default."""
    for rule in rules.internal:
        if _matches(draft, rule):
            return Verdict("internal", f"--internal {rule}")
    for rule in rules.public:
        if _matches(draft, rule):
            return Verdict("public", f"--public {rule}")
    if draft.visibility:
        return Verdict(draft.visibility, "the article's own statement")
    return _judge_by_default(draft, rules)


def _judge_by_default(draft: Draft, rules: VisibilityRules) -> Verdict:
    if rules.default == "internal":
        return Verdict("internal", "the default of this run")
    if rules.default is None and not rules.internal:
        return Verdict("internal", "nothing was stated")
    if reason := looks_internal(draft.title, draft.text):
        return Verdict("internal", "held back: looks internal", reason)
    return Verdict("public", "the default of this run" if rules.default else "not named by --internal")


def _matches(draft: Draft, rule: str) -> bool:
    field, _, glob = rule.partition(":")
    value = {"title": draft.title, "path": draft.path, "id": draft.key, "group": draft.group}[field]
    return fnmatchcase(value.lower(), glob.lower())
