"""The foundation: customers, entries, conversations, library, staff"""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stated_date", sa.String(length=40), nullable=False),
        sa.Column("ingested_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index("uq_articles_key", ["team", "brand", "source", "key"], unique=True)

    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("created_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.create_index("uq_customers_external_key", ["team", "brand", "external_key"], unique=True)

    op.create_table(
        "entries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("recorded_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=True),
        sa.Column("dedupe_key", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_entries_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index("ix_entries_conversation", ["conversation", "at", "seq"], unique=False)
        batch_op.create_index("ix_entries_customer", ["team", "brand", "customer", "at", "seq"], unique=False)
        batch_op.create_index("uq_entries_dedupe_key", ["team", "brand", "dedupe_key"], unique=True)

    op.create_table(
        "library_state",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team", "brand", name=op.f("pk_library_state")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index("uq_staff_email", ["email"], unique=True)

    op.create_table(
        "vectors",
        sa.Column("embedder", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("embedder", "digest", name=op.f("pk_vectors")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address_kind", sa.String(length=32), nullable=False),
        sa.Column("address_value", sa.String(length=320), nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=320), nullable=True),
        sa.Column("owner_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("opened_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("last_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("last_received_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("last_sent_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("last_text", sa.String(length=300), nullable=False),
        sa.Column("last_text_at", knowledge.database.Utc(timezone=True), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name=op.f("fk_conversations_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("ix_conversations_address", ["team", "brand", "channel", "address_value"], unique=False)
        batch_op.create_index("ix_conversations_customer", ["customer"], unique=False)
        batch_op.create_index("ix_conversations_last_at", ["team", "brand", "status", "last_at"], unique=False)
        batch_op.create_index("uq_conversations_external_key", ["team", "brand", "external_key"], unique=True)

    op.create_table(
        "handles",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("created_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name=op.f("fk_handles_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handles")),
    )
    with op.batch_alter_table("handles", schema=None) as batch_op:
        batch_op.create_index("ix_handles_customer", ["customer"], unique=False)
        batch_op.create_index("ix_handles_value", ["team", "brand", "kind", "value"], unique=False)
        batch_op.create_index(
            "uq_handles_verified",
            ["team", "brand", "kind", "value"],
            unique=True,
            sqlite_where=sa.text("verified"),
            postgresql_where=sa.text("verified"),
        )

    op.create_table(
        "logins",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("created_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.Column("expires_at", knowledge.database.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_logins_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_logins")),
    )
    with op.batch_alter_table("logins", schema=None) as batch_op:
        batch_op.create_index("ix_logins_staff", ["staff"], unique=False)

    op.create_table(
        "passages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=1000), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_passages_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
    )
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.create_index("ix_passages_article", ["article"], unique=False)
        batch_op.create_index("ix_passages_digest", ["digest"], unique=False)
        batch_op.create_index("ix_passages_scope", ["team", "brand"], unique=False)

    op.create_table(
        "payloads",
        sa.Column("entry", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name=op.f("fk_payloads_entry")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_payloads")),
    )


def downgrade() -> None:
    op.drop_table("payloads")
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.drop_index("ix_passages_scope")
        batch_op.drop_index("ix_passages_digest")
        batch_op.drop_index("ix_passages_article")

    op.drop_table("passages")
    with op.batch_alter_table("logins", schema=None) as batch_op:
        batch_op.drop_index("ix_logins_staff")

    op.drop_table("logins")
    with op.batch_alter_table("handles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_handles_verified", sqlite_where=sa.text("verified"), postgresql_where=sa.text("verified")
        )
        batch_op.drop_index("ix_handles_value")
        batch_op.drop_index("ix_handles_customer")

    op.drop_table("handles")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index("uq_conversations_external_key")
        batch_op.drop_index("ix_conversations_last_at")
        batch_op.drop_index("ix_conversations_customer")
        batch_op.drop_index("ix_conversations_address")

    op.drop_table("conversations")
    op.drop_table("vectors")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_index("uq_staff_email")

    op.drop_table("staff")
    op.drop_table("library_state")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("uq_entries_dedupe_key")
        batch_op.drop_index("ix_entries_customer")
        batch_op.drop_index("ix_entries_conversation")

    op.drop_table("entries")
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_index("uq_customers_external_key")

    op.drop_table("customers")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index("uq_articles_key")

    op.drop_table("articles")
