"""Who looks at a conversation and types in it now."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "presences",
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=320), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("looks_until", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("types_until", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "who", name=op.f("pk_presences")),
    )
    op.create_index("ix_presences_customer", "presences", ["customer"], unique=False)


def downgrade() -> None:
    op.drop_table("presences")
