"""Plain text of what people wrote in HTML, and of mails without what they quote. All of it runs in linear time."""

import html
import re
from itertools import takewhile

KEPT = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre"}
_BREAK = re.compile(r"<br>|</(?:p|div|li|tr|h[1-4]|blockquote|pre)>")
_TAG = re.compile(r"<[^<>]*>")
_BLANK = re.compile(r"\n{3,}")
# The library that knows how mail programs introduce a quotation takes cubic time on some texts, so it is shown the
# beginning only, with short lines, and not where words that could introduce one are piled up.
_HEAD_LINES, _HEAD_CHARS, _LINE_CHARS, _INTRODUCTIONS = 120, 3_000, 200, 30
_INTRODUCTION = re.compile(r"\b(?:On|Am|Le|El|Il|Op|Den|From|Von|De)\b")
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da"]


def of_html(text: str) -> str:
    """Return the words of HTML, a line for each block; scripts and styles are no words."""
    import nh3

    cleaned = nh3.clean(text, tags=KEPT, attributes={}, clean_content_tags={"script", "style"}, link_rel=None)
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", cleaned.replace("\n", " ")))).split("\n")
    return _BLANK.sub("\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()


def without_quotation(text: str) -> str:
    """Return what is new in a mail: without the mails it answers. A mail that is all quotation stays whole."""
    text = _BLANK.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    lines = text.split("\n")
    new = lines[: _length_of_reply(lines)]
    while new and (not new[-1].strip() or new[-1].lstrip().startswith(">")):
        new.pop()
    return "\n".join(new).strip() or text


def _length_of_reply(lines: list[str]) -> int:
    """How many lines from the top are the reply."""
    head = [line[:_LINE_CHARS] for line in lines[:_HEAD_LINES]]
    shown = "\n".join(head)[:_HEAD_CHARS]
    if len(_INTRODUCTION.findall(shown)) > _INTRODUCTIONS:
        return _before_quotes(lines)
    reply = _reply_of(shown)
    known = shown.startswith(reply) and bool(reply)
    return reply.count("\n") + 1 if known and len(reply) < len(shown.rstrip()) else _before_quotes(lines)


def _before_quotes(lines: list[str]) -> int:
    """How many lines come before a quotation that lasts to the end; all when there is none."""
    tail = sum(1 for _ in takewhile(lambda line: not line.strip() or line.lstrip().startswith(">"), reversed(lines)))
    return len(lines) - tail or len(lines)


def _reply_of(text: str) -> str:
    from mailparser_reply import EmailReplyParser

    first = EmailReplyParser(languages=_LANGUAGES).read(text).replies[0]
    return str(first.full_body).strip()
