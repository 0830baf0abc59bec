"""The prompt: a versioned file, filled with data blocks that cannot break out of their place."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import Template

from assistant.brief import Brief, Turn
from assistant.orders import fact_lines
from assistant.understanding.context import BYTES_PER_TOKEN, approximate_tokens, shorten
from knowledge.customers.entries import PassageUsed

DRAFT_PROMPT = "draft.v2"
NOTHING = "(nothing)"
# Anything that could read as a tag or as a chat template's control mark: <data, </data, <|im_end|>, [INST], <<SYS>>.
# Blanks and characters without width may stand between, the bracket may be the wide one: a model reads it all the same.
_TAG = re.compile(r"[<＜﹤](?=[\s\u200b-\u200f\u2060\ufeff]*[/|!?<＜﹤a-zA-Z_／])")
_CONTROL = re.compile(r"\[(?=/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_)\b)", re.IGNORECASE)
_MARK = re.compile(r"\[(\s*\d+(?:\s*[,;]\s*\d+)*\s*)\]")


def draft_messages(brief: Brief) -> list[tuple[str, str]]:
    """Return the messages for a chat model as (role, text): one system, one user."""
    system, user = _parts(DRAFT_PROMPT)
    context = brief.context
    data = {
        "facts": _facts(brief),
        "history": _turns(context.history),
        "dialogue": _turns(context.dialogue),
        "articles": _articles(brief.passages, brief.passage_tokens),
        "question": neutral(brief.question) or NOTHING,
    }
    language = re.sub(r"[^a-z-]", "", context.language.lower())[:8] or "en"
    return [
        ("system", Template(system).substitute(language=language)),
        ("user", Template(user).substitute(data)),
    ]


def neutral(text: str) -> str:
    """Return untrusted text without anything that reads as a block's end, a control mark or one of our citations."""
    text = _CONTROL.sub("(", _TAG.sub("‹", text.replace("\0", "")))
    return _MARK.sub(r"(\1)", text)


@cache
def _parts(version: str) -> tuple[str, str]:
    text = files("assistant").joinpath("prompts", f"{version}.md").read_text("utf-8")
    _, system, user = re.split(r"^# (?:system|user)\n", text, flags=re.MULTILINE)
    return system.strip(), user.strip()


def _facts(brief: Brief) -> str:
    context = brief.context
    lines = [f"name: {context.name}"] if context.name else []
    lines += [fact_lines(order) for order in context.orders]
    lines += [f"{name}: {value}" for name, value in context.preferences]
    return "\n".join(neutral(" ".join(line.split())) for line in lines) or NOTHING


def _turns(turns: Sequence[Turn]) -> str:
    said = [
        f"{'Customer' if turn.who == 'customer' else 'Support'} ({turn.channel}, {turn.at:%Y-%m-%d %H:%M} UTC): "
        + " ".join(turn.text.split())
        for turn in turns
    ]
    return "\n".join(neutral(line) for line in said) or NOTHING


def _articles(passages: Sequence[PassageUsed], budget: int) -> str:
    shown: list[str] = []
    for passage in passages:
        head = f"[{passage.number}] " + neutral(" › ".join(part for part in (passage.title, passage.heading) if part))
        text = neutral(shorten(passage.text, max(0, budget - approximate_tokens(head)) * BYTES_PER_TOKEN))
        if not text:
            break
        shown.append(f"{head}\n{text}")
        budget -= approximate_tokens(head + text)
    return "\n\n".join(shown) or NOTHING
