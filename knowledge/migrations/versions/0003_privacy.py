"""Privacy: hashes of whom not to import again, and who looked at whose record."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "suppression_keys",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", name=op.f("pk_suppression_keys")),
    )
    op.create_table(
        "suppressions",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", knowledge.database.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", "digest", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_log_customer", "access_log", ["customer", "at"], unique=False)
    op.create_index("ix_access_log_at", "access_log", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("access_log")
    op.drop_table("suppressions")
    op.drop_table("suppression_keys")
