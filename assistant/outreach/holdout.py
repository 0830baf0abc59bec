"""The holdout: who gets nothing, drawn once by a hash of trigger and person, so that uplift can be measured."""

import hashlib

SCALE = 1 << 64


def held_out(person: str, trigger: str, share: float) -> bool:
    """Return whether this person gets nothing from this trigger; the same two, the same answer, on any machine."""
    digest = hashlib.sha256(f"{trigger}\0{person}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * SCALE


def looked_at(evidence: str, trigger: str, share: float) -> bool:
    """Return whether a person looks at this proposal of a sampled trigger before it leaves."""
    return held_out(evidence, f"{trigger}\0look", share)
