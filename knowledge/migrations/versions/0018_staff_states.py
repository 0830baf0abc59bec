"""When colleagues are there, and when they left."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("staff", sa.Column("left_at", knowledge.database.Utc(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("state", sa.String(length=16), server_default="", nullable=False))
    op.create_table(
        "staff_states",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("until", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_states_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_states")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_staff_states_since", "staff_states", ["team", "brand", "since"], unique=False)


def downgrade() -> None:
    op.drop_table("staff_states")
    op.drop_column("staff", "state")
    op.drop_column("staff", "left_at")
