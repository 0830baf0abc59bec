"""Alembic's entry: runs the migrations on the connection that `knowledge.database.migrate` hands over."""

from alembic import context

import knowledge.bot.tables
import knowledge.customers.attachment_tables
import knowledge.customers.codes
import knowledge.customers.lags
import knowledge.customers.link_tables
import knowledge.customers.outbox_tables
import knowledge.customers.presence
import knowledge.customers.privacy_tables
import knowledge.customers.resumes
import knowledge.customers.tables
import knowledge.library.lesson_tables
import knowledge.library.tables
import knowledge.staff.tables
import knowledge.work.tables  # noqa: F401
from knowledge.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
