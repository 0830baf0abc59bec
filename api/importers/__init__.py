"""Readers of other systems' files: each turns what it finds into rows of an import."""

from typing import Literal

Format = Literal["auto", "events", "csv", "jsonl", "mbox", "maildir", "chatwoot", "zendesk", "intercom"]
