"""How late entries reached those who follow, by day and class."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "sync_lags",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", "day", "step", name=op.f("pk_sync_lags")),
    )


def downgrade() -> None:
    op.drop_table("sync_lags")
