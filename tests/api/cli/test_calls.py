import json
from pathlib import Path

VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>It broke.</v>\n\n00:02.000 --> 00:03.000\n<v Kim>Sorry.</v>\n"
CALL = ("--handle", "phone:+447700900223", "--at", "2026-11-20T09:00:00Z", "--speaker", "Ada=customer")


def test_a_transcript_is_stored_once(run, folder: Path) -> None:
    (folder / "call-1.vtt").write_text(VTT)
    for new in (True, False):
        result = run("transcript", "call-1.vtt", *CALL, "--speaker", "Kim=kim@shop.example", "--json")
        assert json.loads(result.stdout) == {"call": "call-1", "utterances": 2, "new": new}


def test_what_is_wrong_is_said_with_the_remedy(run, folder: Path) -> None:
    (folder / "a.vtt").write_text(VTT)
    (folder / "b.vtt").write_bytes(b"\xff\xfe")
    for words, said in [
        (("a.vtt", *CALL), "speakers does not say who 'Kim' is"),
        (("b.vtt", *CALL), "no file of UTF-8 text"),
        (("a.vtt", *CALL[:4], "--speaker", "Ada"), "is no LABEL=WHO"),
        (("a.vtt", "--handle", "5", *CALL[2:4]), "names no kind"),
    ]:
        result = run("transcript", *words)
        assert result.exit_code == 1
        assert said in result.stderr
