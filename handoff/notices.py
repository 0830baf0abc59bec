"""Notices: what customers who wait for somebody are told, in their language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

Notice = Annotated[str, Field(min_length=1, max_length=1_000)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
# One text for everybody, or one for each language.
Notices = Notice | Annotated[Mapping[Language, Notice], Field(min_length=1)]
WAITING: Mapping[Language, Notice] = {
    "en": "Thank you for waiting. Everybody is busy at the moment; a colleague will answer you here.",
    "de": "Danke für Ihre Geduld. Gerade sind alle im Gespräch; jemand aus dem Team antwortet Ihnen hier.",
    "es": "Gracias por esperar. En este momento todos están ocupados; alguien del equipo le responderá aquí.",
    "fr": "Merci de patienter. Tout le monde est occupé en ce moment ; un collègue vous répondra ici.",
}
# {when} is a day and a time.
CLOSED: Mapping[Language, Notice] = {
    "en": "Thank you for your message. We are back on {when}; a colleague will answer you here, and nothing is lost.",
    "de": "Danke für Ihre Nachricht. Wir sind wieder da am {when}; jemand aus dem Team antwortet Ihnen hier.",
    "es": "Gracias por su mensaje. Volvemos a atender el {when}; alguien del equipo le responderá aquí.",
    "fr": "Merci pour votre message. Nous sommes de retour le {when} ; un collègue vous répondra ici.",
}


def in_language(told: str | Mapping[str, str], language: str) -> str:
    """Return what a customer of a language is told; where it is not there: the English, else the first."""
    if isinstance(told, str):
        return told
    return told.get(language[:2].lower()) or told.get("en") or next(iter(told.values()))


def with_time(notice: str, opens: datetime) -> str:
    """Return a notice with the moment at which somebody is back, in the zone of `opens`."""
    return notice.replace("{when}", f"{opens:%Y-%m-%d, %H:%M} ({opens.tzname()})")
