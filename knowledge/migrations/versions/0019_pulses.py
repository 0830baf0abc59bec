"""How colleagues like their work: answers, and apart from them who has answered."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "pulses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pulses_given",
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_pulses_given_staff")),
        sa.PrimaryKeyConstraint("staff", "month", name=op.f("pk_pulses_given")),
    )


def downgrade() -> None:
    op.drop_table("pulses_given")
    op.drop_table("pulses")
