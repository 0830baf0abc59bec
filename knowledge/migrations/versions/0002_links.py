"""Links between records of one person: the ledger, its projection, suggestions; handles several people share."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("handles", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "links",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("one", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=False),
        sa.Column("revokes", sa.String(length=32), nullable=True),
        sa.Column("proof", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["customers.id"], name=op.f("fk_links_one")),
        sa.ForeignKeyConstraint(["other"], ["customers.id"], name=op.f("fk_links_other")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_links")),
        sa.UniqueConstraint("id", name=op.f("uq_links_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_links_one", "links", ["one"], unique=False)
    op.create_index("ix_links_other", "links", ["other"], unique=False)
    op.create_index("uq_links_revokes", "links", ["revokes"], unique=True)

    op.create_table(
        "members",
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name=op.f("fk_members_customer")),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_members")),
    )
    op.create_index("ix_members_person", "members", ["person"], unique=False)

    op.create_table(
        "link_suggestions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("one", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("made_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["customers.id"], name=op.f("fk_link_suggestions_one")),
        sa.ForeignKeyConstraint(["other"], ["customers.id"], name=op.f("fk_link_suggestions_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_suggestions")),
    )
    op.create_index("uq_link_suggestions_pair", "link_suggestions", ["one", "other"], unique=True)
    op.create_index("ix_link_suggestions_score", "link_suggestions", ["team", "brand", "score"], unique=False)


def downgrade() -> None:
    op.drop_table("link_suggestions")
    op.drop_table("members")
    op.drop_table("links")
    with op.batch_alter_table("handles", schema=None) as batch_op:
        batch_op.drop_column("shared")
