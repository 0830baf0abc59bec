"""Profiles: what colleagues know, when they work and how much they take on, as a file or a request says it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from handoff.plan import Strict, parse, read_text
from knowledge.hours import read_calendar

Word = Annotated[str, Field(pattern=r"^ *[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$", max_length=80)]
Words = Annotated[tuple[Word, ...], Field(max_length=200)]
Room = Annotated[int, Field(strict=True, ge=0, le=1_000)]


class Profile(Strict):
    """A colleague's profile. What it does not say excludes nobody: no languages are all, no hours day and night.

    `hours` are spans by weekday in the `timezone`; public holidays of `country` and `subdivision` (ISO 3166) and the
    days `closed` are off; `capacity` is how many conversations of a channel they take on at once.
    """

    skills: Words = ()
    languages: Words = ()
    channels: Words = ()
    capacity: Annotated[Mapping[Word, Room], Field(max_length=50)] = Field(default_factory=dict)
    hours: Mapping[str, Any] | None = None
    timezone: Annotated[str, Field(max_length=80, pattern=r"^[\w+/-]*$")] = "UTC"
    country: Annotated[str, Field(max_length=3, pattern=r"^\w*$")] = ""
    subdivision: Annotated[str, Field(max_length=8, pattern=r"^[\w-]*$")] = ""
    closed: Annotated[tuple[date, ...], Field(max_length=400)] = ()

    def told(self) -> dict[str, object]:
        """Return what it says as plain values, to be kept.

        Raises:
            Rejected: its hours, time zone, country or days cannot be read.
        """
        plain: dict[str, object] = self.model_dump(mode="json", exclude_unset=True)
        read_calendar(plain)
        return plain


def read_profiles(path: Path) -> dict[str, dict[str, object]]:
    """Read a YAML (or JSON) file of profiles by e-mail address.

    Raises:
        Rejected: it cannot be read, or says something that is none of a profile's; nothing of it counts then.
    """
    text = read_text(path, "Name a YAML file of profiles by e-mail address.")
    found = parse(text, path.name, TypeAdapter(dict[str, Profile]))
    return {email: profile.told() for email, profile in found.items()}
