"""Sources of the library: when each was read last, and what came of it."""

import sqlalchemy as sa
from alembic import op

from knowledge.database import Utc

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "library_sources",
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("read_at", Utc(), nullable=False),
        sa.Column("good_at", Utc(), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", "source", name=op.f("pk_library_sources")),
    )


def downgrade() -> None:
    op.drop_table("library_sources")
