"""A model's answer: the JSON we asked for, read while it grows and checked when it is complete."""

import json
import re
from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from assistant.brief import Draft
from assistant.citations import cited, finished, keep_offered, without
from knowledge.failures import Unavailable

MAX_TEXT_CHARS = 8_000
# A server may send more than we asked for: beyond this, escapes and wrapping included, nothing is read.
MAX_RAW_CHARS = 4 * MAX_TEXT_CHARS
# Control characters, and those that turn the direction of what follows: a terminal or a page would act on them.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class ModelAnswer(BaseModel):
    """What the model must answer; its JSON schema goes to servers that can enforce one."""

    decision: Literal["answer", "ask_back", "abstain"]
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    citations: list[int] = Field(default_factory=list)


def answer_schema() -> dict[str, Any]:
    """Return the schema in the strict form: every property required, none besides."""
    return {
        "type": "object",
        "properties": {
            "decision": {"type": "string", "enum": ["answer", "ask_back", "abstain"]},
            "text": {"type": "string"},
            "citations": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["decision", "text", "citations"],
        "additionalProperties": False,
    }


def growing_text(raw: str, offered: Collection[int]) -> str:
    """Return the part of the reply that can be shown while the JSON is still incomplete."""
    start = raw.find("{")
    if start < 0:
        return ""
    from langchain_core.utils.json import parse_partial_json

    try:
        value = parse_partial_json(raw[start:])
    except ValueError:
        return ""
    if not isinstance(value, dict) or value.get("decision") not in {"answer", "ask_back"}:
        return ""
    text = value.get("text")
    return clean_text(finished(text), offered) if isinstance(text, str) else ""


def read_answer(raw: str, offered: Collection[int]) -> Draft:
    """Return the draft in a complete answer; code fences and words around the JSON are repaired.

    Raises:
        Unavailable: it is not the JSON that was asked for.
    """
    answer = _parse(raw)
    if answer.decision == "abstain":
        return Draft("abstain", "")
    if answer.decision == "ask_back":
        text = without(clean_text(answer.text, offered)).strip()
        return Draft("ask_back", text) if text else Draft("abstain", "")
    text = clean_text(answer.text, offered).strip()
    if not text:
        raise Unavailable("The model answered with an empty text.")
    if not cited(text):
        valid = [number for number in dict.fromkeys(answer.citations) if number in offered]
        text = " ".join([text, *(f"[{number}]" for number in valid)])
    return Draft("answer", text, cited(text))


def clean_text(text: str, offered: Collection[int]) -> str:
    """Return a model's text without control characters, lone surrogates and citations that nobody offered."""
    return keep_offered(_ACTING.sub("", text.encode("utf-8", "ignore").decode()), offered)


def _parse(raw: str) -> ModelAnswer:
    raw = re.sub(r"<think>.*?</think>", "", raw, flags=re.DOTALL)
    start, end = raw.find("{"), raw.rfind("}")
    if start < 0 or end < start:
        raise Unavailable("The model did not answer with the JSON that was asked for.")
    try:
        value = json.loads(raw[start : end + 1], strict=False)
        return ModelAnswer.model_validate(value)
    except (ValidationError, ValueError, RecursionError) as error:
        raise Unavailable("The model's JSON was malformed or of another form than was asked for.") from error
