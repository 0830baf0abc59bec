"""The outbox: what waits for a channel outside, and what became of it."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    utc = knowledge.database.Utc(timezone=True)
    op.create_table(
        "outbox",
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("queued_at", utc, nullable=False),
        sa.Column("sending_since", utc, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["entries.id"], name=op.f("fk_outbox_message")),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_state", "outbox", ["team", "brand", "state", "queued_at"], unique=False)
    op.create_index("ix_outbox_customer", "outbox", ["customer"], unique=False)


def downgrade() -> None:
    op.drop_table("outbox")
