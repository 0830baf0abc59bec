"""A stored suggestion as the panel shows it: sentences with their marks, sources, who wrote it."""

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant import citations
from assistant.gate.decision import is_unsure
from knowledge.customers.entries import Claim, PassageUsed, SuggestionJudged, SuggestionShown, Support

_CITATION = re.compile(r"\[(\d{1,3})\]")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_GAP = r"(?:\s|\[\d{1,3}\])*"
VERDICTS = {"accepted": "Sent as it was", "edited": "Edited and sent", "rejected": "Rejected"}
NEAREST = 3
ORDER: tuple[Support, ...] = ("supported", "not_found", "contradicted")


@dataclass(frozen=True)
class Piece:
    """Some text, or (when `citation` is not 0) a citation with the title of what it cites."""

    text: str = ""
    citation: int = 0
    title: str = ""


@dataclass(frozen=True)
class Sentence:
    """A run of the draft and the verdict on it; `None` where nothing was claimed."""

    pieces: tuple[Piece, ...]
    support: Support | None = None


@dataclass(frozen=True)
class Shown:
    """What the panel needs: `sends` is what the customer would be sent, `said` that without its last line `more`;
    `nearest` is what came closest when nothing was certain.
    """

    suggestion: SuggestionShown
    sends: str
    said: str
    more: str
    sentences: tuple[Sentence, ...]
    tally: tuple[tuple[Support, int], ...]
    sources: tuple[PassageUsed, ...]
    nearest: tuple[PassageUsed, ...]
    guidance: tuple[PassageUsed, ...]
    writer: str
    timings: str
    verdict: str = ""

    @property
    def unsure(self) -> bool:
        """Whether this is a reply that is more likely wrong than right."""
        return self.suggestion.decision == "answer" and is_unsure(self.suggestion.chance)


def show(suggestion: SuggestionShown, judged: SuggestionJudged | None = None) -> Shown:
    """Return the suggestion as the panel shows it, with what became of it if it was judged."""
    by_number = {passage.number: passage for passage in suggestion.passages}
    titles = {number: passage.title for number, passage in by_number.items()}
    said, sends = citations.unmarked(suggestion.text, suggestion).strip(), citations.reply_text(suggestion)
    counted = [(support, sum(c.support == support for c in suggestion.claims)) for support in ORDER]
    return Shown(
        suggestion=suggestion,
        sends=sends,
        said=said,
        more=citations.read_more(suggestion) if said else "",
        sentences=_sentences(suggestion.text, suggestion.claims, titles),
        tally=tuple((support, count) for support, count in counted if count),
        sources=tuple(by_number[n] for n in suggestion.citations if n in by_number),
        nearest=() if suggestion.citations else _nearest(suggestion),
        guidance=tuple(by_number[n] for n in suggestion.guidance if n in by_number),
        writer=_writer(suggestion),
        timings=_timings(suggestion),
        verdict=_verdict(judged),
    )


def _nearest(suggestion: SuggestionShown) -> tuple[PassageUsed, ...]:
    """Return the best public passage of each of the nearest articles."""
    best: dict[str, PassageUsed] = {}
    for passage in suggestion.passages:
        if passage.visibility == "public":
            best.setdefault(passage.article, passage)
    return tuple(best.values())[:NEAREST]


def quotes_of(suggestion: SuggestionShown, number: int) -> tuple[str, ...]:
    """Return the sentences of the draft that cite this passage."""
    return tuple(citations.without(claim.text) for claim in suggestion.claims if number in claim.citations)


def how_found(passage: PassageUsed) -> str:
    """Return how the search came upon a passage, in words."""
    ways = []
    if passage.lexical_rank is not None:
        ways.append(f"words (place {passage.lexical_rank})")
    if passage.dense_rank is not None:
        ways.append(f"meaning (place {passage.dense_rank})")
    return " and ".join(ways) or "the search"


def _sentences(text: str, claims: tuple[Claim, ...], titles: dict[int, str]) -> tuple[Sentence, ...]:
    spans, at = [], 0
    for claim in claims:
        tokens = _TOKEN.findall(_CITATION.sub("", claim.text))
        match = re.compile(_GAP.join(map(re.escape, tokens)) + _GAP).search(text, at) if tokens else None
        if match:
            spans.append((match.start(), match.end(), claim.support))
            at = match.end()
    cuts = [(0, 0, None), *spans, (len(text), len(text), None)]
    found: list[Sentence] = []
    for (_, before, _), (start, end, support) in pairwise(cuts):
        for piece, verdict in ((text[before:start], None), (text[start:end], support)):
            if piece:
                found.append(Sentence(_pieces(piece, titles), verdict))
    return tuple(found)


def _pieces(text: str, titles: dict[int, str]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for index, part in enumerate(_CITATION.split(text)):
        number = int(part) if index % 2 else 0
        if number in titles:
            found.append(Piece(citation=number, title=titles[number]))
        elif index % 2 == 0 and part:
            found.append(Piece(part))
    return tuple(found)


def _writer(suggestion: SuggestionShown) -> str:
    if suggestion.drafter == "extractive":
        return "Extractive: quoted from your articles, no language model"
    named = f" {suggestion.model}" if suggestion.model else ""
    place = {"endpoint": "on your endpoint", "local": "on this machine"}.get(suggestion.drafter, suggestion.drafter)
    return f"Language model{named} {place}"


def _timings(suggestion: SuggestionShown) -> str:
    return ", ".join(f"{step} {value:.0f} ms" for step, value in suggestion.timings_ms.items()) or "not measured"


def _verdict(judged: SuggestionJudged | None) -> str:
    if judged is None:
        return ""
    return VERDICTS[judged.verdict] + (f": {judged.reason}" if judged.reason else "")
