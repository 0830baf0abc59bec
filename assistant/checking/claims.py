"""Claims: each sentence of a draft against the evidence it cites, by cheap signals that are kept."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from assistant.brief import Context
from assistant.checking.promising import BORNE_OUT, is_priced_elsewhere, is_turned, promises
from assistant.checking.supported import open_support
from assistant.citations import cited, without
from assistant.orders import describe, fact_lines
from assistant.phrases import GREETING, is_template, phrases_for
from assistant.reading import Unit, passage_units, plain, units
from assistant.sentences import content_words, names, negated, numbers, stems, words
from knowledge.customers.entries import Claim, PassageUsed, Support

T = TypeVar("T")
# Words of somebody who speaks of themselves or says what they feel: no article bears them out.
_OWN_VIEW = frozenset(
    [
        "i",
        "i'm",
        "i've",
        "i'd",
        "my",
        "me",
        "mine",
        "we",
        "our",
        "think",
        "love",
        "like",
        "favorite",
        "favourite",
        "heard",
        "wonder",
        "guess",
        "great",
        "awesome",
        "wow",
        "yes",
        "yeah",
        "sure",
        "agree",
        "interesting",
        "cool",
        "sorry",
        "ich",
        "mir",
        "mich",
        "mein",
        "meine",
        "finde",
        "glaube",
        "yo",
        "mi",
        "me",
        "creo",
        "je",
        "moi",
        "mon",
        "ma",
        "crois",
    ]
)
# Chosen on one half of mtrag's human-rated answers, reported on the other: see docs/assistant.md.
# Share of a sentence's words found in all it cites, and in the one sentence of it that is nearest.
OVERLAP_SUPPORTED = 0.6
OVERLAP_SAME_SUBJECT = 0.5
_NOTHING = Unit("", frozenset(), "", False)
# A likeness that people would hardly ever take for support is none.
LEAST_CHANCE = 0.3
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]?[^\W_])")
_GREETING = re.compile(rf"^{GREETING}[^.!?]{{0,100}}[,:!]?$", re.IGNORECASE)


# Where a sentence would lead the customer: an e-mail address, or a host with or without what stands around it.
_PLACE = re.compile(r"(?<![\w.@-])(?:[\w.+-]{1,64}@)?(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}(?![\w-])", re.IGNORECASE)


def check_claims(text: str, passages: Sequence[PassageUsed], context: Context) -> tuple[Claim, ...]:
    """Check each sentence of `text` that states something; greetings, questions and our template state nothing."""
    by_number = {passage.number: passage for passage in passages}
    record = _record(context)
    titles = {f"{plain(passage.title).rstrip(':')}:" for passage in passages}
    found: list[Claim] = []
    rests_on: dict[tuple[int, ...], _Evidence] = {}
    for sentence, marks in _cited_sentences(text):
        if not _states_something(sentence) or (sentence in titles and not marks):
            continue
        if marks not in rests_on:
            rests_on[marks] = _evidence([by_number[n] for n in marks if n in by_number], record)
        found.append(_check(sentence, marks, rests_on[marks]))
    return tuple(found)


def check_sentence(sentence: str, texts: Sequence[str]) -> Claim:
    """Check one sentence against texts that it may rest on, each as it was said."""
    return _check(sentence, (), _Evidence(tuple(texts), tuple(unit for text in texts for unit in units(text))))


@dataclass(frozen=True)
class _Evidence:
    """What a sentence may rest on: the cited passages with their titles, and the record."""

    texts: tuple[str, ...]
    units: tuple[Unit, ...]
    urls: tuple[str, ...] = ()
    negated_title: bool = False

    @cached_property
    def stems(self) -> set[str]:
        """The words of meaning in it."""
        return stems(self.texts)

    @cached_property
    def words(self) -> set[str]:
        """All words in it."""
        return {word for text in self.texts for word in words(text)}

    @cached_property
    def pairs(self) -> set[tuple[str, str]]:
        """Every two words that follow one another in it."""
        return {pair for text in self.texts for pair in pairwise(words(text))}

    @cached_property
    def numbers(self) -> set[str]:
        """The numbers in it."""
        return set[str]().union(*(numbers(text) for text in self.texts))

    @cached_property
    def places(self) -> set[str]:
        """The web and e-mail addresses in it."""
        return set[str]().union(*(_places(text) for text in (*self.texts, *self.urls)))


def _evidence(cited_passages: list[PassageUsed], record: str) -> _Evidence:
    texts = [f"{passage.title} {passage.heading}\n{passage.text}" for passage in cited_passages]
    read = [unit for passage in cited_passages for unit in passage_units(passage.text)]
    urls = tuple(passage.url for passage in cited_passages)
    says_no = any(negated(passage.title) for passage in cited_passages)
    return _Evidence((*texts, record), (*read, *units(record)), urls, says_no)


def _check(sentence: str, marks: tuple[int, ...], evidence: _Evidence) -> Claim:
    signals = _signals(sentence, evidence)
    return Claim(sentence, _verdict(signals), marks, signals)


def _signals(sentence: str, evidence: _Evidence) -> dict[str, float]:
    said = set(content_words(sentence))
    known = evidence.stems
    nearest = max(evidence.units, key=lambda unit: _overlap(said, unit), default=_NOTHING)
    new_numbers = numbers(sentence) - evidence.numbers
    signals = {
        "overlap": round(len(said & known) / len(said), 3) if said else 1.0,
        "nearest_overlap": round(_overlap(said, nearest), 3),
        "words": round(_share(words(sentence), evidence.words), 3),
        "pairs": round(_share(list(pairwise(words(sentence))), evidence.pairs), 3),
        "own_view": float(sum(word in _OWN_VIEW for word in words(sentence))),
        "new_words": float(len(said - known)),
        "new_numbers": float(len(new_numbers)),
        "new_names": float(len(names(sentence) - known)),
        "new_places": float(len(_places(sentence) - evidence.places)),
        "far_numbers": float(
            len(numbers(sentence) - numbers(nearest.text)) or is_priced_elsewhere(sentence, nearest.text)
        ),
        "negation_mismatch": float(bool(nearest.text) and is_turned(sentence, nearest, evidence.negated_title)),
    }
    quoted = _stands_in(sentence, evidence.units)
    signals["verbatim"] = float(quoted)
    signals["promise"] = float(not quoted and promises(sentence, signals))
    signals["chance"] = round(open_support().probability(signals), 3)
    return signals


def _verdict(signals: dict[str, float]) -> Support:
    if signals["new_places"] or signals["verbatim"]:
        return "not_found" if signals["new_places"] else "supported"
    same_subject = signals["nearest_overlap"] >= OVERLAP_SAME_SUBJECT
    if same_subject and (signals["negation_mismatch"] or signals["new_numbers"]):
        return "contradicted"
    if same_subject and signals["far_numbers"] and not signals["promise"]:
        return "contradicted" if signals["nearest_overlap"] >= BORNE_OUT else "not_found"
    doubtful = signals["promise"] or signals["new_numbers"] or signals["new_names"] > 1
    if doubtful or signals["chance"] < LEAST_CHANCE:
        return "not_found"
    return "supported" if same_subject and signals["overlap"] >= OVERLAP_SUPPORTED else "not_found"


def _stands_in(sentence: str, found: Sequence[Unit]) -> bool:
    """Tell whether the words stand in one unit of the evidence, without a "not" that was left out.

    Or are several whole units that follow one another, such as a list with the line that opens it.
    """
    quoted = f" {' '.join(words(sentence))} "
    if any(quoted in unit.said and unit.negated == negated(sentence) for unit in found):
        return True
    return any(_is_run(quoted, found[place:]) for place, unit in enumerate(found) if quoted.startswith(unit.said))


def _is_run(quoted: str, found: Sequence[Unit]) -> bool:
    said = " "
    for unit in found:
        said += unit.said[1:]
        if not quoted.startswith(said):
            return False
        if quoted == said:
            return True
    return False


def _share(said: Sequence[T], known: Set[T]) -> float:
    return sum(one in known for one in said) / len(said) if said else 1.0


def _places(text: str) -> set[str]:
    return {found.lower().removeprefix("www.") for found in _PLACE.findall(text)}


def _overlap(said: set[str], unit: Unit) -> float:
    return len(said & unit.stems) / len(said) if said else 0.0


def _record(context: Context) -> str:
    phrases = phrases_for(context.language)
    facts = [context.name]
    for order in context.orders:
        facts += [fact_lines(order), *describe(order, phrases)]
    facts += [f"{name} {value}" for name, value in context.preferences]
    return "\n\n".join(facts)


def _cited_sentences(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Cut the text into sentences with their citations; a mark after the full stop belongs to the sentence before."""
    text = re.sub(r"([.!?…][\"'”’)]*)((?:\s*\[\d+\])+)", r"\2\1", text)
    pieces = [piece for line in text.splitlines() for piece in _pieces(line)]
    return [(" ".join(without(piece).split()).strip('“”" '), cited(piece)) for piece in pieces]


def _pieces(line: str) -> list[str]:
    """Cut a line into sentences; one without a mark takes that of the next marked sentence in the same line."""
    found = [piece for piece in _SENTENCE_END.split(line.strip()) if piece]
    marks = ""
    for place in range(len(found) - 1, -1, -1):
        own = "".join(f"[{number}]" for number in cited(found[place]))
        marks = own or marks
        found[place] = found[place] if own else f"{found[place]} {marks}"
    return found


def _states_something(sentence: str) -> bool:
    if not content_words(sentence) or sentence.rstrip("”\"' ").endswith("?"):
        return False
    return not is_template(sentence) and not _GREETING.match(sentence)
