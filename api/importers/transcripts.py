"""Transcripts: WebVTT and JSON read into utterances, each with its speaker and its seconds."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from knowledge.failures import Rejected

CUSTOMER = "customer"
MAX_TRANSCRIPT_CHARS = 5_000_000
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?[ \t]+([^<>]{1,200})>")
_TAG = re.compile(r"<[^<>]*>")
_NAMED = re.compile(r"([^\s:<>][^:<>\n]{0,79}):[ \t]+(?=\S)")


def utterances_of(transcript: object) -> list[dict[str, Any]]:
    """Return the utterances of a WebVTT transcript. A speaker is a voice span (`<v Ada>`), or a name before a colon.

    Who speaks on without being named again is the one who spoke before.

    Raises:
        Rejected: it is no WebVTT, or longer than it may be.
    """
    if not isinstance(transcript, str):
        raise Rejected("webvtt: is no text")
    if len(transcript) > MAX_TRANSCRIPT_CHARS:
        raise Rejected(f"webvtt: has more than {MAX_TRANSCRIPT_CHARS:,} characters")
    speaker, found = "", []
    for start, end, raw in _cues(transcript):
        for named, text in _voices(raw):
            speaker = named or speaker
            if text:
                found.append({"speaker": speaker, "start": start, "end": end, "text": text})
    return found


def read_transcript(text: str) -> list[dict[str, Any]]:
    """Return the utterances of a transcript file: WebVTT, or JSON with `speaker`, `start`, `end` and `text` of each.

    Raises:
        Rejected: it is neither.
    """
    if text.lstrip("\ufeff").startswith("WEBVTT"):
        return utterances_of(text)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Rejected("The transcript is neither WebVTT nor JSON.", "It begins with WEBVTT, or is a list.") from error
    listed = told.get("utterances") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise Rejected("The transcript has no list of utterances.", "See docs/calls.md.")
    return listed


def _cues(transcript: str) -> Iterator[tuple[float, float, str]]:
    """The cues: start and end in seconds, and the text as it is written.

    The library's own ways to the text and the voice of a cue take minutes on hostile ones; its parser does not.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        captions = webvtt.from_string(transcript).captions
    except (MalformedFileError, MalformedCaptionError) as error:
        raise Rejected(f"webvtt: is no WebVTT: {error}") from error
    for caption in captions:
        yield _seconds(caption.start_time), _seconds(caption.end_time), caption.raw_text


def _seconds(moment: Any) -> float:
    whole = 3600 * moment.hours + 60 * moment.minutes + moment.seconds
    return float(whole) + float(moment.milliseconds) / 1000


def _voices(raw: str) -> Iterator[tuple[str, str]]:
    """The pieces of a cue: each voice span's name (empty: nobody new) and words."""
    pieces = _VOICE.split(raw)
    first = _plain(pieces[0])
    if named := _NAMED.match(first):
        yield named.group(1).strip(), first[named.end() :].strip()
    elif first:
        yield "", first
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield html.unescape(name).strip(), _plain(text)


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())
