"""Issues: which conversations are about one problem, and their one owner and status."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("issue", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("issue_at", knowledge.database.Utc(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("issue_firm", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE conversations SET issue = id")
    op.create_index("ix_conversations_issue", "conversations", ["issue"], unique=False)
    op.create_table(
        "issues",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=320), nullable=True),
        sa.Column("opened_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name=op.f("fk_issues_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
    )
    op.create_index("ix_issues_status", "issues", ["team", "brand", "status", "opened_at"], unique=False)
    op.create_index("ix_issues_customer", "issues", ["customer"], unique=False)
    op.execute(
        "INSERT INTO issues (id, customer, conversations, status, status_at, owner, opened_at, team, brand) "
        "SELECT id, customer, 1, status, status_at, owner, opened_at, team, brand FROM conversations"
    )


def downgrade() -> None:
    op.drop_table("issues")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_index("ix_conversations_issue")
        for name in ("issue_firm", "issue_at", "issue"):
            batch.drop_column(name)
