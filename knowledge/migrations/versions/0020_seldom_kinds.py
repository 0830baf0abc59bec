"""Entries of seldom kinds get an index of their own: they are looked for by kind, in however long a history."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

FREQUENT = [
    "call_held",
    "conversation_assigned",
    "conversation_opened",
    "facts_read",
    "issue_linked",
    "message_delivered",
    "message_received",
    "message_sent",
    "mood_noted",
    "note_added",
    "order_recorded",
    "page_viewed",
    "product_event",
    "status_changed",
]


def upgrade() -> None:
    seldom = sa.text(f"kind NOT IN ({', '.join(repr(kind) for kind in FREQUENT)})")
    op.create_index(
        "ix_entries_kind", "entries", ["team", "brand", "kind", "at"], sqlite_where=seldom, postgresql_where=seldom
    )


def downgrade() -> None:
    op.drop_index("ix_entries_kind", "entries")
