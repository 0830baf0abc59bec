"""Issues that were resolved, by when: surveys are asked some time after it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

RESOLVED = sa.text("status = 'resolved'")


def upgrade() -> None:
    op.create_index(
        "ix_issues_resolved",
        "issues",
        ["team", "brand", "status_at"],
        unique=False,
        sqlite_where=RESOLVED,
        postgresql_where=RESOLVED,
    )


def downgrade() -> None:
    op.drop_index("ix_issues_resolved", table_name="issues")
