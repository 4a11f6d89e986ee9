"""What stands above a passage: chapters, and the head of an article that was divided."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("passages", sa.Column("context", sa.Text(), nullable=False, server_default=""))
