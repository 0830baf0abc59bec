"""Background work: cursors, runs of jobs, workers, revivals, dead letters."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    utc = knowledge.database.Utc(timezone=True)
    op.create_table(
        "work_cursors",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("seq", big, nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", "name", name=op.f("pk_work_cursors")),
    )
    op.create_table(
        "work_runs",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("number", big, nullable=False),
        sa.Column("begun_at", utc, nullable=False),
        sa.Column("ended_at", utc, nullable=True),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", "name", name=op.f("pk_work_runs")),
    )
    op.create_table(
        "work_workers",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("began_at", utc, nullable=False),
        sa.Column("beat_at", utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_workers")),
    )
    op.create_table(
        "work_revivals",
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workflow", name=op.f("pk_work_revivals")),
    )
    op.create_table(
        "work_letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("work", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("buried_at", utc, nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("settled_at", utc, nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_letters")),
    )
    op.create_index("uq_work_letters_subject", "work_letters", ["team", "brand", "work", "subject"], unique=True)
    op.create_index("ix_work_letters_customer", "work_letters", ["customer"], unique=False)


def downgrade() -> None:
    for table in ("work_letters", "work_revivals", "work_workers", "work_runs", "work_cursors"):
        op.drop_table(table)
