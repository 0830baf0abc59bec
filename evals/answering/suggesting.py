"""What a suggestion takes: milliseconds and tokens of models, over the demo company's questions."""

from collections.abc import Iterator
from time import perf_counter

from assistant.suggest import ask
from evals.core.stage import Stage
from evals.figures import Figure, figure
from evals.intervals import mean_interval, quantile_interval

SEED = 20261125


def suggestion_figures(stage: Stage) -> Iterator[Figure]:
    """Ask each question of the demo once, after a first that opens everything; a demo's figures are no evidence."""
    company = stage.company
    key, assistant = company.key, company.assistant
    ask(assistant, key.questions[0].text, now=stage.now)
    taken, tokens = [], []
    for one in key.questions:
        begun = perf_counter()
        shown = ask(assistant, one.text, now=stage.now)
        taken.append((perf_counter() - begun) * 1_000)
        tokens.append(float(sum(shown.tokens.values())))
    settings = {"drafter": stage.settings.drafter, "label": "demo", **stage.models}
    more = {"seed": SEED, "data": key.digest, "settings": settings}
    yield figure("suggestion/demo/latency_p50", quantile_interval(taken, 0.5, seed=SEED), "ms", **more)
    yield figure("suggestion/demo/latency_p95", quantile_interval(taken, 0.95, seed=SEED), "ms", **more)
    yield figure("suggestion/demo/tokens", mean_interval(tokens, seed=SEED), "tokens", **more)
