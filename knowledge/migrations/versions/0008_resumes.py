"""Going on with a chat at another device: links and codes that work once."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "resumes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("made_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("expires_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("ended_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resumes")),
    )
    op.create_index("ix_resumes_customer", "resumes", ["customer"], unique=False)
    op.create_index("ix_resumes_code", "resumes", ["code"], unique=False)


def downgrade() -> None:
    op.drop_table("resumes")
