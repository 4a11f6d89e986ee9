"""Vectors in a table of their own, one a passage and encoder, so that a new encoder's stand beside the old one's."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "encodings",
        sa.Column("passage_id", sa.Text(), nullable=False),
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"],
            ["passages.id"],
            name=op.f("fk_encodings_passage_id_passages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("passage_id", "encoder", name=op.f("pk_encodings")),
    )
    op.execute(
        "INSERT INTO encodings (passage_id, encoder, vector)"
        " SELECT id, encoder, embedding FROM passages WHERE embedding IS NOT NULL AND encoder <> ''"
    )
    op.execute(
        "INSERT INTO meta (key, value)"
        """ SELECT 'encoder', '{"name": "' || encoder || '", "folder": ""}' FROM encodings LIMIT 1"""
    )
    op.drop_column("passages", "embedding")
    op.drop_column("passages", "encoder")
