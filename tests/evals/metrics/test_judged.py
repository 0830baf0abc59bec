"""ragas against a scripted OpenAI-compatible server, with scores computed by hand; nothing leaves this machine."""

import socket
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evals.judges.endpoint import JudgeEndpoint
from evals.metrics.judged import NAMES, NoVerdict, Sample, judged

SAMPLE = Sample(
    "How long can I send boots back?",
    "Boots go back within 30 days. Shipping is free. Boots are blue.",
    ("Boots can be sent back within 30 days.", "Gift cards hold for a year."),
    "Boots can be sent back within 30 days, and sending them is free.",
)
Script = Callable[[str], object]


@pytest.fixture
def server(chat_server: Callable[..., Any]) -> Any:
    """A server whose script each test gives it."""
    return chat_server(lambda _: "")


def judge_at(server: Any) -> JudgeEndpoint:
    return JudgeEndpoint(server.url, "scripted", seconds=10)


class Embedder:
    """Two dimensions: the question itself, and everything else at 60°."""

    id = "hand"

    def embed(self, texts: Any) -> Any:
        return np.array([[1.0, 0.0] if text == SAMPLE.question else [0.5, 0.75**0.5] for text in texts])


def verdicts(*given: int) -> dict[str, Any]:
    return {"statements": [{"statement": "s", "reason": "r", "verdict": one} for one in given]}


def in_turn(*answers: object) -> Script:
    waiting = list(answers)
    return lambda _: waiting.pop(0)


# Metric → what the scripted judge answers, in the order ragas asks, and the score by hand.
BY_HAND: dict[str, tuple[list[object], float]] = {
    # 3 statements, 2 of them borne out
    "faithfulness": ([{"statements": ["a", "b", "c"]}, verdicts(1, 1, 0)], 2 / 3),
    # the generated questions: one is the question itself (cosine 1), two stand at 60° (cosine .5)
    "answer_relevancy": (
        [{"question": one, "noncommittal": 0} for one in (SAMPLE.question, "What?", "When?")],
        (1 + 0.5 + 0.5) / 3,
    ),
    # first passage useless, second useful: P@2 = 1/2
    "context_precision": ([{"reason": "r", "verdict": 0}, {"reason": "r", "verdict": 1}], 0.5),
    # 1 of 2 statements of the reference is in the passages
    "context_recall": (
        [{"classifications": [{"statement": "s", "reason": "r", "attributed": one} for one in (1, 0)]}],
        0.5,
    ),
    # claims of the answer: 2 of 3 right; of the reference: 1 of 2 found → tp 2, fp 1, fn 1 → F1 = 4/6
    "factual_correctness": (
        [{"claims": ["a", "b", "c"]}, verdicts(1, 1, 0), {"claims": ["a", "b"]}, verdicts(1, 0)],
        0.67,
    ),
    # the answer's third statement is wrong and stands in the relevant first passage: 1 of 3
    "noise_sensitivity": (
        [
            {"statements": ["a", "b"]},
            {"statements": ["a", "b", "c"]},
            verdicts(1, 0),
            verdicts(1, 0, 1),
            verdicts(0, 0),
            verdicts(0, 0, 0),
            verdicts(1, 1, 0),
        ],
        1 / 3,
    ),
    # 2 of 4 questions answered; 63 letters of 66
    "summary_score": (
        [{"keyphrases": ["a", "b"]}, {"questions": ["q", "q", "q", "q"]}, {"answers": ["1", "0", "1", "0"]}],
        0.5 * 0.5 + 0.5 * (1 - min(len(SAMPLE.answer), 66) / 66),
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_those_made_by_hand(server: Any, name: str) -> None:
    answers, score = BY_HAND[name]
    server.script = in_turn(*answers)
    embedder: Any = Embedder() if name == "answer_relevancy" else None
    assert judged(name, SAMPLE, judge_at(server), embedder) == pytest.approx(score, abs=1e-3)
    assert len(server.seen) == len(answers)
    assert {one["model"] for one in server.seen} == {"scripted"}
    assert {one["temperature"] for one in server.seen} == {0.0}


@pytest.mark.parametrize(
    ("name", "answers", "reason"),
    [
        ("faithfulness", ["I think it is fine."], "no verdict for faithfulness"),
        ("faithfulness", ['{"statements": ["a"'], "no verdict for faithfulness"),
        ("faithfulness", [{"verdicts": 1}], "no verdict for faithfulness"),
        ("faithfulness", [{"statements": []}], "named no statements"),
        ("faithfulness", [{"statements": ["a", "b", "c"]}, verdicts(1)], "1 verdicts for 3 statements"),
        ("faithfulness", [{"statements": ["a"]}, {"statements": []}], "named no statements"),
        ("context_recall", [{"classifications": []}], "named no classifications"),
        ("answer_relevancy", [{"question": " ", "noncommittal": 0}], "empty question"),
        ("factual_correctness", [{"claims": []}], "named no claims"),
        ("summary_score", [{"keyphrases": ["a"]}, {"questions": []}], "named no questions"),
        ("summary_score", [{"keyphrases": ["a"]}, {"questions": ["q", "q"]}, {"answers": ["1"]}], "1 verdicts for"),
    ],
)
def test_what_cannot_be_scored_is_a_failure_and_no_number(
    server: Any, name: str, answers: list[object], reason: str
) -> None:
    server.script = in_turn(*answers, *["still nothing"] * 3)
    embedder: Any = Embedder()
    with pytest.raises(NoVerdict, match=reason):
        judged(name, SAMPLE, judge_at(server), embedder)


def test_a_judge_that_is_not_there_is_a_failure() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(NoVerdict, match="no verdict for context_recall"):
        judged("context_recall", SAMPLE, JudgeEndpoint(f"http://127.0.0.1:{port}/v1", "m", seconds=5))


def test_nothing_else_is_called(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asserted at the socket: every connection and every name that is looked up, analytics flushed as at exit."""
    reached: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Any) -> None:
        reached.append(str(address[0]))
        connect(self, address)

    def looking(host: Any, *more: Any, **named: Any) -> Any:
        reached.append(str(host))
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking)
    server.script = in_turn(*BY_HAND["faithfulness"][0])
    judged("faithfulness", SAMPLE, judge_at(server))
    from ragas import _analytics

    assert _analytics.do_not_track()
    _analytics._analytics_batcher.flush()
    assert server.seen
    assert set(reached) == {"127.0.0.1"}


def test_a_sample_without_what_is_needed_is_said() -> None:
    judge = JudgeEndpoint("http://127.0.0.1:1/v1", "m")
    with pytest.raises(ValueError, match="context_recall needs passages, reference"):
        judged("context_recall", Sample("?", "a"), judge)
    with pytest.raises(ValueError, match="needs an embedder"):
        judged("answer_relevancy", SAMPLE, judge)
    with pytest.raises(ValueError, match="needs"):
        judged("beauty", SAMPLE, judge)
