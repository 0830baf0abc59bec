"""Lines of the timeline about mood, product, account and what was asked."""

from knowledge.customers.entries import Payload
from knowledge.customers.record_entries import AccountRecorded, MoodNoted, PreferenceSet, ProductEvent
from knowledge.customers.survey_entries import SurveyAsked

ASKED = {
    "csat": "how satisfied they are",
    "ces": "how easy it was",
    "nps": "whether they recommend us",
    "fcr": "whether it was solved at the first contact",
}

MOODS = {
    "positive": "Sounds content",
    "neutral": "Sounds neutral",
    "negative": "Sounds unhappy",
    "unknown": "Mood unknown",
}
MOST = 6


def about_record(payload: Payload | None) -> str:
    """Return the sentence for such an entry, "" for any other."""
    match payload:
        case MoodNoted():
            return _mood(payload)
        case ProductEvent():
            told = [f"{name}: {value}" for name, value in list(payload.properties.items())[:MOST]]
            more = ", …" if len(payload.properties) > MOST else ""
            return f"In the product: {payload.name}" + (f" ({', '.join(told)}{more})" if told else "")
        case PreferenceSet():
            return f"Prefers {payload.name}: {payload.value}" if payload.value else f"No preference of {payload.name}"
        case AccountRecorded():
            until = f", renews on {payload.renews_on:%d %b %Y}" if payload.renews_on else ""
            return f"Account {payload.account}: {payload.plan}, {payload.status}{until}"
        case SurveyAsked():
            return f"Asked {ASKED[payload.survey]}{' by e-mail' if payload.message else ' in the chat'}"
    return ""


def _mood(noted: MoodNoted) -> str:
    if noted.score is None:
        return f"{MOODS['unknown']}: only English can be judged"
    return f"{MOODS[noted.mood]} ({noted.score:+.2f})"
