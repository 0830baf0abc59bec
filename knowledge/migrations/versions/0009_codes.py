"""One-time codes that prove an address."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "codes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("address_kind", sa.String(length=32), nullable=False),
        sa.Column("address_value", sa.String(length=320), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("ended_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
    )
    op.create_index("ix_codes_asked_by", "codes", ["asked_by"], unique=False)
    op.create_index("ix_codes_address", "codes", ["team", "brand", "address_value"], unique=False)


def downgrade() -> None:
    op.drop_table("codes")
