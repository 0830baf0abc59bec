import time

import pytest

from api.importers.transcripts import read_transcript, utterances_of
from knowledge.failures import Rejected

HEAD = "WEBVTT\n\n"


def test_voices_and_names_are_speakers() -> None:
    text = HEAD + (
        "NOTE made by a machine\n\n1\n00:00:01.000 --> 00:00:03.500\n<v.loud Ada M.>My tent\nis <b>broken</b>.</v>\n\n"
        "00:03.600 --> 00:05.000\nKim: Sorry &amp; more.\n\n00:05.000 --> 00:06.000\nLet me look: now.\n\n"
        "01:00:00.250 --> 01:00:01.000\n<v Ada M.>Yes</v> <v Kim>Good</v>\n"
    )
    assert [(one["speaker"], one["start"], one["end"], one["text"]) for one in utterances_of(text)] == [
        ("Ada M.", 1.0, 3.5, "My tent is broken."),
        ("Kim", 3.6, 5.0, "Sorry & more."),
        ("Let me look", 5.0, 6.0, "now."),
        ("Ada M.", 3600.25, 3601.0, "Yes"),
        ("Kim", 3600.25, 3601.0, "Good"),
    ]


@pytest.mark.parametrize("text", ["", "WEB", "{", '"x"', "7", "[" * 50_000])
def test_what_is_no_transcript_says_so(text: str) -> None:
    with pytest.raises(Rejected):
        read_transcript(text)


@pytest.mark.parametrize("piece", ["<v ", "<v A", "a:", "<", "&amp", "\n\n", "00:00:01.000 --> 00:00:02.000\n"])
def test_hostile_transcripts_take_no_time(piece: str) -> None:
    begun = time.perf_counter()
    utterances_of(HEAD + "00:00:01.000 --> 00:00:03.500\n" + piece * (300_000 // len(piece)))
    assert time.perf_counter() - begun < 5
