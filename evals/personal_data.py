"""How much of the personal data in a text is found; `python -m evals.personal_data` trains the tagger of names."""

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from assistant.privacy.finding import find_personal
from assistant.privacy.names import OTHER, Token, token_features, tokenise
from assistant.privacy.patterns import structured
from evals.datasets.pii_presidio import Sentence, Sentences, read
from evals.figures import Figure, figure
from evals.intervals import Interval, mean_interval

SEED = 20261125
# Templates a feature must be seen in: what one template alone says is no rule.
TEMPLATES = 4
C = 0.3
# P(personal) from which a word is hidden: to hide too much costs nothing, since it is put back.
SURE_AT = 0.4
OUT = Path(__file__).parents[1] / "assistant" / "privacy" / "names.json"
# What the tagger learns; types with a form of their own are left to the patterns.
CLASSES = {
    "PERSON": "PERSON",
    "TITLE": "PERSON",
    "STREET_ADDRESS": "PLACE",
    "GPE": "PLACE",
    "ZIP_CODE": "PLACE",
    "ORGANIZATION": "ORGANISATION",
    "NRP": "ORIGIN",
    "AGE": "NUMBER",
    "DATE_TIME": "DATE",
}
Finder = Callable[[str], Sequence[tuple[int, int]]]


def tuning(sentence: Sentence) -> bool:
    """Tell whether the tagger may learn from it: half of the templates, told apart by a hash of their name."""
    return hashlib.sha256(f"{SEED}:{sentence.template}".encode()).digest()[0] % 2 == 0


def personal_figures(sentences: Sentences) -> Iterator[Figure]:
    """Precision and recall over words and marks, on the templates that were not learnt from.

    A token counts as personal when it touches a span, whatever its type, and as found when it touches a find. Whole
    templates are drawn for the interval. Baseline: forms alone (addresses, numbers with check digits, telephones).
    """
    reported = [one for one in sentences.rows if not tuning(one)]
    ours, forms = (_counted(reported, finder) for finder in (_found, _forms))
    missed: dict[str, list[bool]] = defaultdict(list)
    for sentence in reported:
        for kind, found in _by_type(sentence):
            missed[kind].append(found)
    settings = {
        "tokens": "words and marks that touch a span, any type",
        "recall_by_type": {kind: [round(sum(all_) / len(all_), 3), len(all_)] for kind, all_ in sorted(missed.items())},
        "sentences": len(reported),
    }
    for name, place in (("precision", 1), ("recall", 2)):
        baseline = {"forms alone": _ratio(forms, place, 0).value, "presidio as published": (0.685, 0.603)[place - 1]}
        yield figure(
            f"pii/pii_presidio/{name}",
            _ratio(ours, place, SEED),
            "",
            baseline=baseline,
            seed=SEED,
            data=sentences.digest,
            settings=settings,
        )


def _found(text: str) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in find_personal(text)]


def _forms(text: str) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in structured(text)]


def _counted(sentences: Sequence[Sentence], finder: Finder) -> list[tuple[str, int, int, int]]:
    """Per sentence: template, tokens found rightly, tokens found, tokens personal."""
    rows = []
    for sentence in sentences:
        tokens = tokenise(sentence.text)
        spans, finds = [(span.start, span.end) for span in sentence.spans], finder(sentence.text)
        truth = [_touches(token, spans) for token in tokens]
        found = [_touches(token, finds) for token in tokens]
        both = sum(one and two for one, two in zip(truth, found, strict=True))
        rows.append((sentence.template, both, sum(found), sum(truth)))
    return rows


def _ratio(rows: Sequence[tuple[str, int, int, int]], place: int, seed: int) -> Interval:
    """The micro-averaged ratio of tokens; `place` 1 is over what was found, 2 over what is personal."""
    hits: list[float] = []
    groups: list[str] = []
    for template, right, *sizes in rows:
        hits += [1.0] * right + [0.0] * (sizes[place - 1] - right)
        groups += [template] * sizes[place - 1]
    return mean_interval(hits, seed=seed, groups=groups)


def _by_type(sentence: Sentence) -> Iterator[tuple[str, bool]]:
    found = _found(sentence.text)
    for span in sentence.spans:
        covered = sum(max(0, min(span.end, end) - max(span.start, start)) for start, end in found)
        yield span.kind, covered * 2 >= span.end - span.start


def _touches(token: Token, spans: Sequence[tuple[int, int]]) -> bool:
    return any(token.start < end and token.end > start for start, end in spans)


def train(sentences: Sequence[Sentence]) -> dict[str, object]:
    """Fit the tagger on the tuning templates."""
    from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    rows: list[list[str]] = []
    labels: list[str] = []
    seen: dict[str, set[str]] = defaultdict(set)
    for sentence in sentences:
        tokens = tokenise(sentence.text)
        for token, features in zip(tokens, token_features(tokens), strict=True):
            label = _label(token, sentence)
            if label is None:
                continue
            rows.append(features)
            labels.append(label)
            for feature in features:
                seen[feature].add(sentence.template)
    kept = {feature for feature, templates in seen.items() if len(templates) >= TEMPLATES}
    vectoriser = DictVectorizer()
    matrix = vectoriser.fit_transform([dict.fromkeys(kept.intersection(row), 1.0) for row in rows])
    model = LogisticRegression(C=C, max_iter=500).fit(matrix, labels)
    weights = np.round(model.coef_, 3)
    return {
        "classes": [str(one) for one in model.classes_],
        "bias": [round(float(one), 3) for one in model.intercept_],
        "weights": {
            name: [float(one) for one in weights[:, place]]
            for place, name in enumerate(vectoriser.get_feature_names_out())
        },
        "sure_at": SURE_AT,
        "trained_on": len(sentences),
        "seed": SEED,
    }


def _label(token: Token, sentence: Sentence) -> str | None:
    """The token's class; `None` for what has a form of its own and is learnt neither way."""
    for span in sentence.spans:
        if token.start < span.end and token.end > span.start:
            return CLASSES.get(span.kind)
    return OTHER


def main() -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m evals.personal_data", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    asked = parser.parse_args()
    learnt = [one for one in read(asked.data).rows if tuning(one)]
    OUT.write_text(json.dumps(train(learnt), separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{OUT}: learnt from {len(learnt)} sentences\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
