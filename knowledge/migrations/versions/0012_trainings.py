"""What colleagues reached in training exercises."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "trainings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Double(), nullable=False),
        sa.Column("rubric", sa.JSON(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_trainings_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trainings_staff", "trainings", ["staff", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("trainings")
