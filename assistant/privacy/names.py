"""Names, places and organisations in running text: a small linear tagger over words, their shape and neighbours."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.privacy.patterns import Found
from retrieval.minilm import known_words

OTHER = "O"
WINDOW = 3
_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[^\w\s]")
_DIGIT = re.compile(r"\d")
_LOWER = re.compile(r"[^Xd\W]")
_RUN = re.compile(r"(.)\1{2,}")
# Texts are read in pieces of this size, so that a hostile one costs no more than its length.
PIECE_CHARS = 4_000


@dataclass(frozen=True)
class Token:
    """A word or a mark of punctuation in a text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Tagger:
    """A multinomial logistic regression: per feature one weight for each class; `sure_at` is P(not other)."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]
    sure_at: float

    def tag(self, features: Sequence[str]) -> str:
        """Return the class of one token: the likeliest one when P(other) is low enough, else other."""
        scores = list(self.bias)
        for feature in features:
            for place, weight in enumerate(self.weights.get(feature, ())):
                scores[place] += weight
        top = max(scores)
        shares = [math.exp(score - top) for score in scores]
        other = shares[self.classes.index(OTHER)] / sum(shares)
        if 1 - other < self.sure_at:
            return OTHER
        likeliest = max((share, name) for share, name in zip(shares, self.classes, strict=True) if name != OTHER)
        return likeliest[1]


@cache
def open_tagger() -> Tagger:
    """Return the tagger that ships: trained by `python -m evals.personal_data`, described in docs/assistant.md."""
    read = json.loads(files("assistant").joinpath("privacy", "names.json").read_text("utf-8"))
    weights = {feature: tuple(row) for feature, row in read["weights"].items()}
    return Tagger(tuple(read["classes"]), tuple(read["bias"]), weights, read["sure_at"])


def named(text: str) -> Iterator[Found]:
    """Yield names of persons, places and organisations, titles, ages and the like, neighbours of one kind together."""
    tagger = open_tagger()
    for offset in range(0, len(text), PIECE_CHARS):
        tokens = tokenise(text[offset : offset + PIECE_CHARS])
        kind, start, end = OTHER, 0, 0
        for token, features in zip(tokens, token_features(tokens), strict=True):
            tagged = tagger.tag(features)
            if tagged == kind != OTHER and token.start - end <= 2:
                end = token.end
                continue
            if kind != OTHER:
                yield Found(kind, offset + start, offset + end)
            kind, start, end = tagged, token.start, token.end
        if kind != OTHER:
            yield Found(kind, offset + start, offset + end)


def tokenise(text: str) -> list[Token]:
    """Return the words and marks of a text, in order."""
    return [Token(*match.span(), match.group()) for match in _TOKEN.finditer(text)]


def token_features(tokens: Sequence[Token]) -> list[list[str]]:
    """Return the names of each token's features: its own shape and ending, its neighbours' words and shapes."""
    words = [_plain(token.text) for token in tokens]
    shapes = [_shape(token.text) for token in tokens]
    known = known_words()
    common = ["n" if not word.isalpha() else "v" if word in known else "u" for word in words]
    return [_features(place, words, shapes, common) for place in range(len(tokens))]


def _features(place: int, words: Sequence[str], shapes: Sequence[str], common: Sequence[str]) -> list[str]:
    last = len(words) - 1
    made = []
    for step in range(-WINDOW, WINDOW + 1):
        at = place + step
        inside = 0 <= at <= last
        made.append(f"w{step}={words[at] if inside else '_'}")
        if inside and abs(step) < WINDOW:
            made += [f"s{step}={shapes[at]}", f"v{step}={common[at]}"]
    first = place == 0 or words[place - 1] in (".", "!", "?", ":")
    made += [f"first={first}", f"suf={words[place][-3:]}", f"len={min(len(words[place]), 8)}"]
    if place:
        made += [f"ss={shapes[place - 1]}|{shapes[place]}", f"sv={shapes[place]}|{common[place]}|{first}"]
    if place < last:
        made.append(f"sn={shapes[place]}|{shapes[place + 1]}")
    return made


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(one for one in decomposed if unicodedata.category(one) != "Mn")


def _shape(word: str) -> str:
    upper = "".join("X" if one.isupper() else one for one in word)
    lower = _LOWER.sub("x", _DIGIT.sub("d", upper))
    return _RUN.sub(r"\1\1+", lower)[:8]
