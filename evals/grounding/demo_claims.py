"""The claim check on sentences written over the demo company's articles: supported, contradicted, not found."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from evals.datasets.grounding import Judged, JudgedReplies
from evals.figures import Figure, digest, figure
from evals.grounding.people import PARTS, SEED, claims_of, drawn, support, told_apart, word_overlap
from evals.halves import is_tuning
from evals.intervals import mean_interval
from evals.metrics.calibration import error_of_true, expected_error
from knowledge.failures import NotFound
from knowledge.library.drafts import Fields
from knowledge.library.markdown import read_markdown

WRITTEN = Path(__file__).parent / "demo_claims.yaml"
LABELS = ("supported", "contradicted", "not_found")
NAME = "demo_claims"


def read_claims(examples: Path, written: Path = WRITTEN) -> tuple[JudgedReplies, dict[str, str]]:
    """Read the sentences, each resting on its whole article; the rating is 1 for supported. Also each one's label.

    Raises:
        NotFound: an article of the demo company is not there.
    """
    import yaml

    library = examples / "tarnfell" / "articles"
    replies, labels, files = list[Judged](), dict[str, str](), [written]
    for article, groups in yaml.safe_load(written.read_text("utf-8")).items():
        path = library / article
        if not path.is_file():
            raise NotFound(f"The demo company has no article {article}.")
        files.append(path)
        title, text = read_markdown(path.read_text("utf-8"), Fields())
        for label in LABELS:
            for said in groups[label]:
                group = f"{article} {said}"
                labels[group] = label
                replies.append(Judged(group, said, (f"{title}\n\n{text}",), float(label == "supported")))
    return JudgedReplies(NAME, tuple(replies), digest(files)), labels


def demo_claim_figures(examples: Path) -> Iterator[Figure]:
    """Report the half that nothing was fitted on: a demo, no evidence about other libraries."""
    from time import process_time

    judged, labels = read_claims(examples)
    rest = [one for one in judged.replies if not is_tuning(one.group)]
    taken, ours = list[float](), list[float]()
    for one in rest:
        started = process_time()
        ours.append(support(one))
        taken.append(1_000 * (process_time() - started))
    chance, words = np.array(ours), np.array([word_overlap(one) for one in rest])
    borne_out = np.array([one.rating == 1.0 for one in rest])
    groups, every = [one.group for one in rest], np.arange(len(rest))
    verdicts = Counter(f"{labels[one.group]} called {_verdict(one)}" for one in rest)
    settings: dict[str, Any] = {"label": "demo", "written": len(labels), "verdicts": dict(sorted(verdicts.items()))}
    more: dict[str, Any] = {"data": judged.digest, "settings": settings, "seed": SEED}
    base = {"words in common": told_apart(words, borne_out)}
    area = drawn(lambda rows: told_apart(chance[rows], borne_out[rows]), groups)
    yield figure(f"grounding/{NAME}/auc", area, "", baseline=base, **more)
    settings["ece_if_chances_were_true"] = round(error_of_true(ours, PARTS, seed=SEED), 4)
    error = drawn(partial(_error, chance, borne_out), groups)
    base = {"words in common": _error(words, borne_out, every)}
    yield figure(f"grounding/{NAME}/ece", error, "", baseline=base, **more)
    yield figure(f"grounding/{NAME}/ms_per_claim", mean_interval(taken, seed=SEED), "ms of processor", **more)


def _verdict(one: Judged) -> str:
    claims = claims_of(one)
    return claims[0].support if claims else "nothing stated"


def _error(chance: Any, borne_out: Any, rows: Any) -> float:
    return expected_error(chance[rows].tolist(), borne_out[rows].tolist(), PARTS)
