"""Attachments: contents by their hash, and whose files they are."""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blobs")),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploader", sa.String(length=100), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=True),
        sa.Column("conversation", sa.String(length=32), nullable=True),
        sa.Column("entry", sa.String(length=32), nullable=True),
        sa.Column("created_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"], name=op.f("fk_files_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_customer", "files", ["customer"], unique=False)
    op.create_index("ix_files_digest", "files", ["digest"], unique=False)
    op.create_index("ix_files_entry", "files", ["entry"], unique=False)


def downgrade() -> None:
    op.drop_table("files")
    op.drop_table("blobs")
