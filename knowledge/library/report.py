"""The report of an ingest: what became of each article, and why."""

from collections import Counter
from dataclasses import dataclass, field

from knowledge.library.addressing import orders_in
from knowledge.library.drafts import Draft, Finding
from knowledge.library.visibility import Verdict

HELD_BACK_REMEDY = (
    "To publish one of them, state it: a rule such as --public 'title:GLOB', or `visibility: public` in the article."
)


@dataclass
class IngestReport:
    """Counts of articles; `rules` counts (visibility, rule); findings name what needs a look.

    `held_back` maps an article's key to why it looks internal.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    pruned: int = 0
    passages: int = 0
    embedded: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    held_back: dict[str, str] = field(default_factory=dict)
    skipped: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def articles(self) -> int:
        """How many articles were read."""
        return self.added + self.changed + self.unchanged

    @property
    def visibility(self) -> dict[str, int]:
        """How many articles are public and how many internal."""
        counts: Counter[str] = Counter()
        for (visibility, _), count in self.rules.items():
            counts[visibility] += count
        return {"public": counts["public"], "internal": counts["internal"]}

    def add(self, other: "IngestReport") -> None:
        """Count another report in."""
        for name in ("added", "changed", "unchanged", "pruned", "passages", "embedded"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rules += other.rules
        self.held_back |= other.held_back
        self.skipped += other.skipped
        self.notes += other.notes

    def find(self, finding: Finding) -> None:
        """Keep a finding where it belongs."""
        (self.notes if finding.harmless else self.skipped).append(finding)

    def judged(self, draft: Draft, verdict: Verdict) -> None:
        """Count a verdict and keep the draft's notes."""
        self.rules[verdict.visibility, verdict.rule] += 1
        if verdict.held_back:
            self.held_back[draft.key] = verdict.held_back
        self.notes += [Finding(draft.key, note, harmless=True) for note in draft.notes]
        if orders := orders_in(draft.text):
            told = " ".join(f"“{order}”" for order in orders)
            self.notes.append(
                Finding(draft.key, f"it gives orders to whoever writes, not quoted: {told}", harmless=True)
            )
