"""The bot: its rules and certificates as they were set, and what each day cost."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "bot_rules",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_rules")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bot_rules_place", "bot_rules", ["team", "brand", "channel", "topic"], unique=False)
    op.create_table(
        "bot_certificates",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("risk", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_certificates")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bot_spend",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", "day", name=op.f("pk_bot_spend")),
    )


def downgrade() -> None:
    op.drop_table("bot_spend")
    op.drop_table("bot_certificates")
    op.drop_table("bot_rules")
