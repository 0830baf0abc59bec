"""Lessons: what could be learnt from colleagues' replies, and from whose conversations."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.String(length=320), nullable=False),
        sa.Column("proposed_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("decided_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    op.create_index("ix_lessons_state", "lessons", ["team", "brand", "state"], unique=False)
    op.create_table(
        "lesson_sources",
        sa.Column("lesson", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lessons.id"], name=op.f("fk_lesson_sources_lesson_lessons")),
        sa.PrimaryKeyConstraint("lesson", "conversation", name=op.f("pk_lesson_sources")),
    )
    op.create_index("ix_lesson_sources_customer", "lesson_sources", ["customer"], unique=False)


def downgrade() -> None:
    op.drop_table("lesson_sources")
    op.drop_table("lessons")
