"""Likeness: how likely two records are one person's, by splink's model of agreeing and disagreeing fields.

Fellegi and Sunter (1969): each field adds the logarithm of how much more often it agrees so in one person's records
than in two people's. Rare values weigh more. Where there are enough records, both rates are learnt from them.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.customers.profiles import FIELDS, Profile
from knowledge.ids import CustomerId

if TYPE_CHECKING:
    from splink import Linker

# With fewer records nothing can be learnt: the built-in rates hold.
LEARN_FROM = 500
SEED = 1
# Records are compared only when they agree on one of these.
BLOCKS = (
    ("family_name", "given_name"),
    ("email",),
    ("phone",),
    ("birth_date",),
    ("postcode", "house_number"),
    ("postcode", "given_name"),
    ("postcode", "family_name"),
    ("street", "house_number"),
    ("street", "postcode"),
    ("city", "house_number"),
    ("city", "given_name"),
    ("city", "family_name"),
)
# Who agrees on all of one of these is nearly surely one person: it tells how common matches are.
_SURE = (
    ("family_name", "given_name", "birth_date"),
    ("postcode", "street", "house_number", "given_name"),
    ("email", "family_name"),
)
_RECALL_OF_SURE = 0.7
# Rates are learnt from records that agree on one of these; the fields in it are learnt with the other.
_LEARN_BY = (("birth_date",), ("postcode",), ("family_name", "given_name"), ("email",))


@dataclass(frozen=True)
class Alike:
    """Two records, the probability that they are one person's, and what each field adds (log2 of the odds)."""

    one: CustomerId
    other: CustomerId
    probability: float
    weights: Mapping[str, float]


def compare(profiles: Sequence[Profile], threshold: float) -> list[Alike]:
    """Return the pairs whose probability reaches the threshold, the likeliest first. CPU-bound: seconds for thousands.

    Fields that nearly nobody has are left out.
    """
    fields = [field for field in FIELDS if sum(field in profile.values for profile in profiles) > 1]
    if len(fields) < 2 or not _meet(profiles):
        return []
    linker = _linker(profiles, fields)
    if len(profiles) >= LEARN_FROM:
        _learn(linker, fields)
    found = linker.inference.predict(threshold_match_probability=threshold).as_record_list()
    return sorted((_alike(row, fields) for row in found), key=lambda pair: (-pair.probability, pair.one, pair.other))


def _meet(profiles: Sequence[Profile]) -> bool:
    """Tell whether any two records agree on a block: else there is nothing to compare, and splink is not needed."""
    for block in BLOCKS:
        told = [tuple(map(one.values.get, block)) for one in profiles if all(field in one.values for field in block)]
        if len(set(told)) < len(told):
            return True
    return False


def _linker(profiles: Sequence[Profile], fields: Sequence[str]) -> "Linker":
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rows = [{"record": one.record, **{field: one.values.get(field) for field in fields}} for one in profiles]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=[_comparison(field) for field in fields],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS if set(block) <= set(fields)],
        probability_two_random_records_match=1 / len(profiles),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    return Linker(DuckDBAPI().register(rows), settings, log_level=logging.ERROR)


def _comparison(field: str) -> Any:
    """How a field is compared, with built-in rates for each level: exact, near, nearer to chance, other."""
    from splink import comparison_library as library

    shapes: dict[str, tuple[Any, list[float], list[float]]] = {
        "given_name": (library.JaroWinklerAtThresholds, [0.92, 0.8], [0.70, 0.12, 0.05, 0.13]),
        "family_name": (library.JaroWinklerAtThresholds, [0.92, 0.8], [0.74, 0.12, 0.04, 0.10]),
        "birth_date": (library.DamerauLevenshteinAtThresholds, [1, 2], [0.84, 0.10, 0.02, 0.04]),
        "email": (library.JaroWinklerAtThresholds, [0.95, 0.88], [0.74, 0.08, 0.06, 0.12]),
        "phone": (library.LevenshteinAtThresholds, [1, 2], [0.74, 0.08, 0.03, 0.15]),
        "house_number": (library.LevenshteinAtThresholds, [1], [0.80, 0.08, 0.12]),
        "street": (library.JaroWinklerAtThresholds, [0.9, 0.7], [0.70, 0.16, 0.04, 0.10]),
        "postcode": (library.DamerauLevenshteinAtThresholds, [1, 2], [0.82, 0.06, 0.04, 0.08]),
        "city": (library.JaroWinklerAtThresholds, [0.9, 0.7], [0.76, 0.08, 0.04, 0.12]),
    }
    kind, thresholds, match = shapes[field]
    by_chance = _BY_CHANCE[field]
    comparison = kind(field, thresholds)
    return comparison.configure(
        term_frequency_adjustments=field in {"given_name", "family_name", "street", "city"},
        m_probabilities=match,
        u_probabilities=by_chance,
    )


_BY_CHANCE: Mapping[str, list[float]] = {
    "given_name": [0.006, 0.003, 0.011, 0.980],
    "family_name": [0.004, 0.002, 0.014, 0.980],
    "birth_date": [0.0001, 0.001, 0.0089, 0.990],
    "email": [0.0001, 0.0005, 0.0014, 0.998],
    "phone": [0.0001, 0.0002, 0.0007, 0.999],
    "house_number": [0.015, 0.165, 0.820],
    "street": [0.002, 0.002, 0.046, 0.950],
    "postcode": [0.002, 0.012, 0.066, 0.920],
    "city": [0.010, 0.002, 0.018, 0.970],
}


def _learn(linker: "Linker", fields: Sequence[str]) -> None:
    from splink import block_on

    known = set(fields)
    sure: list[Any] = [block_on(*block) for block in _SURE if set(block) <= known]
    if sure:
        linker.training.estimate_probability_two_random_records_match(sure, recall=_RECALL_OF_SURE)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for block in _LEARN_BY:
        if set(block) <= known:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))


def _alike(row: Mapping[str, Any], fields: Sequence[str]) -> Alike:
    weights = {field: float(row[f"mw_{field}"]) + float(row.get(f"mw_tf_adj_{field}") or 0.0) for field in fields}
    one, other = sorted((row["record_l"], row["record_r"]))
    return Alike(one, other, float(row["match_probability"]), {field: round(w, 2) for field, w in weights.items() if w})
