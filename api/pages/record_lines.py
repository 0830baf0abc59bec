"""Lines of the timeline about mood, product, account and what was asked."""

from knowledge.customers.entries import Payload
from knowledge.customers.record_entries import AccountRecorded, IdentityProven, MoodNoted, PreferenceSet, ProductEvent
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
            return _product(payload)
        case PreferenceSet():
            return f"Prefers {payload.name}: {payload.value}" if payload.value else f"No preference of {payload.name}"
        case AccountRecorded():
            until = f", renews on {payload.renews_on:%d %b %Y}" if payload.renews_on else ""
            return f"Account {payload.account}: {payload.plan}, {payload.status}{until}"
    return _asked(payload)


def _asked(payload: Payload | None) -> str:
    if isinstance(payload, IdentityProven):
        return f"Showed who they are: {payload.how}"
    if isinstance(payload, SurveyAsked):
        return f"Asked {ASKED[payload.survey]}{' by e-mail' if payload.message else ' in the chat'}"
    return ""


def _product(event: ProductEvent) -> str:
    told = [f"{name}: {value}" for name, value in list(event.properties.items())[:MOST]]
    more = ", …" if len(event.properties) > MOST else ""
    return f"In the product: {event.name}" + (f" ({', '.join(told)}{more})" if told else "")


def _mood(noted: MoodNoted) -> str:
    if noted.score is None:
        return f"{MOODS['unknown']}: only English can be judged"
    return f"{MOODS[noted.mood]} ({noted.score:+.2f})"
