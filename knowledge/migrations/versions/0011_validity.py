"""Articles have a product, a first and a last day."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for name, size in (("product", 200), ("valid_from", 10), ("valid_until", 10)):
        op.add_column("articles", sa.Column(name, sa.String(length=size), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("product", "valid_from", "valid_until"):
        op.drop_column("articles", name)
