"""What is mailed to colleagues when it comes round, such as a month's report."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "mailings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("queued_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("sending_since", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
    )
    op.create_index("uq_mailings_about", "mailings", ["team", "brand", "about", "address"], unique=True)


def downgrade() -> None:
    op.drop_table("mailings")
