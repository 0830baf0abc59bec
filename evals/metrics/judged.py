"""Metrics that a model judges, by ragas: one door to it, offline by default, and no number where there was no verdict.

ragas gives 0 or nan where a model's answer is empty or too short, and counts verdicts without looking whether each
statement got one. Here every answer is checked first; what does not fit raises, and becomes a Failure with its reason.
"""

import asyncio
import math
import os
import warnings
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evals.judges.endpoint import JudgeEndpoint
from knowledge.failures import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.embedding import Embedder

NAMES = (
    "faithfulness",
    "answer_relevancy",
    "context_precision",
    "context_recall",
    "factual_correctness",
    "noise_sensitivity",
    "summary_score",
)
# Lists of a judge's answer that verdicts are then given on.
STATED = ("statements", "claims", "questions")
# What each metric reads beside the question, so that a case without it is said to lack it.
NEEDS: dict[str, tuple[str, ...]] = {
    "faithfulness": ("question", "answer", "passages"),
    "answer_relevancy": ("question", "answer"),
    "context_precision": ("question", "passages", "reference"),
    "context_recall": ("question", "passages", "reference"),
    "factual_correctness": ("answer", "reference"),
    "noise_sensitivity": ("question", "answer", "passages", "reference"),
    "summary_score": ("answer", "passages"),
}


@dataclass(frozen=True)
class Sample:
    """What is judged: an answer to a question over passages, with a reference where there is one.

    For `summary_score` the answer is the summary and the passages are what it sums up.
    """

    question: str = ""
    answer: str = ""
    passages: tuple[str, ...] = ()
    reference: str = ""


class NoVerdict(Unavailable):
    """The judge gave nothing that can be scored."""


def judged(name: str, sample: Sample, judge: JudgeEndpoint, embedder: "Embedder | None" = None) -> float:
    """Return ragas' score of one sample, 0 to 1; `embedder` compares questions for `answer_relevancy`.

    Raises:
        ValueError: no metric of that name, or the sample lacks what it needs.
        NoVerdict: the judge did not answer, or with nothing that can be scored.
    """
    missing = [one for one in NEEDS.get(name, ("?",)) if not getattr(sample, one, None)]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    if name == "answer_relevancy" and embedder is None:
        raise ValueError("answer_relevancy needs an embedder")
    with _quiet():
        value = asyncio.run(_scored(name, sample, judge, embedder))
    if not math.isfinite(value):
        raise NoVerdict(f"The judge's verdicts make no number for {name}.")
    return value


async def _scored(name: str, sample: Sample, judge: JudgeEndpoint, embedder: "Embedder | None") -> float:
    import instructor
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient
    from ragas.llms.base import InstructorLLM

    http = DefaultAsyncHttpxClient(trust_env=False)
    options: dict[str, Any] = {"max_retries": 0, "timeout": judge.seconds, "http_client": http}
    async with AsyncOpenAI(base_url=judge.url, api_key=judge.key or "none", **options) as client:
        patched = instructor.from_openai(client, mode=instructor.Mode.JSON)
        limits: dict[str, Any] = {"temperature": 0.0, "top_p": 1.0, "max_tokens": judge.max_tokens}
        inner = InstructorLLM(client=patched, model=judge.model, provider="openai", max_retries=0, **limits)
        metric = _metric(name, _checked(inner), _face(embedder))
        try:
            result = await metric.ascore(**_arguments(name, sample))
        except NoVerdict:
            raise
        except Exception as error:
            raise NoVerdict(f"The judge gave no verdict for {name}: {_reason(error)}") from error
    return float(result.value)


def _metric(name: str, llm: Any, embedding: Any) -> Any:
    from ragas.metrics import collections

    if name == "answer_relevancy":
        return collections.AnswerRelevancy(llm=llm, embeddings=embedding)
    makers: dict[str, Callable[..., Any]] = {
        "faithfulness": collections.Faithfulness,
        "context_precision": collections.ContextPrecision,
        "context_recall": collections.ContextRecall,
        "factual_correctness": collections.FactualCorrectness,
        "noise_sensitivity": collections.NoiseSensitivity,
        "summary_score": collections.SummaryScore,
    }
    return makers[name](llm=llm)


def _arguments(name: str, sample: Sample) -> dict[str, Any]:
    if name == "summary_score":
        return {"reference_contexts": list(sample.passages), "response": sample.answer}
    values = {
        "question": ("user_input", sample.question),
        "answer": ("response", sample.answer),
        "passages": ("retrieved_contexts", list(sample.passages)),
        "reference": ("reference", sample.reference),
    }
    return dict(values[one] for one in NEEDS[name])


def _checked(inner: Any) -> Any:
    """Wrap ragas' model: every list that comes back has something in it, and every statement got its verdict."""
    from ragas.llms.base import InstructorBaseRagasLLM

    class Checked(InstructorBaseRagasLLM):
        def __init__(self) -> None:
            self.stated: set[int] = set()

        def generate(self, prompt: str, response_model: Any) -> Any:
            raise NotImplementedError("metrics are scored asynchronously")

        async def agenerate(self, prompt: str, response_model: Any) -> Any:
            answer = await inner.agenerate(prompt, response_model)
            lists = {name: value for name, value in answer.model_dump().items() if isinstance(value, list)}
            for name, value in lists.items():
                _look(name, value, self.stated)
            if "question" in answer.model_dump() and not answer.question.strip():
                raise NoVerdict("The judge asked an empty question.")
            return answer

    return Checked()


def _look(name: str, value: Sequence[Any], stated: set[int]) -> None:
    """Refuse an empty list, and verdicts that are fewer or more than the statements they are about."""
    if not value:
        raise NoVerdict(f"The judge named no {name}.")
    is_verdicts = name == "answers" or (isinstance(value[0], dict) and "verdict" in value[0])
    if is_verdicts and stated and len(value) not in stated:
        raise NoVerdict(f"The judge gave {len(value)} verdicts for {' or '.join(map(str, sorted(stated)))} statements.")
    if name in STATED and not is_verdicts:
        stated.add(len(value))


def _face(embedder: "Embedder | None") -> Any:
    """Our embedder as ragas wants one."""
    if embedder is None:
        return None
    from ragas.embeddings.base import BaseRagasEmbedding

    embed = embedder.embed

    class Face(BaseRagasEmbedding):
        def embed_text(self, text: str, **_: Any) -> list[float]:
            return [float(number) for number in embed([text])[0]]

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            return self.embed_text(text)

    return Face()


def _reason(error: Exception) -> str:
    """The first line of what went wrong, or of what was behind it; never a whole prompt."""
    text = str(error).strip() or type(error).__name__
    line = next((one for one in text.splitlines() if one.strip() and "<" not in one), type(error).__name__)
    return f"{type(error).__name__}: {line.strip()[:200]}"


@contextmanager
def _quiet() -> "Iterator[None]":
    """Import and call ragas without its analytics and without the warnings of its own dependencies."""
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
