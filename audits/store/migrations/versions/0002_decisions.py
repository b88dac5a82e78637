"""Decisions about findings, the lawful differences that follow from them, and what a source was judged with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of the second release; what was kept before stays as it is."""
    op.create_table(
        "judgements",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_judgements_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_judgements")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_decisions_reason_given")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_decisions_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_finding_id"), "decisions", ["finding_id"], unique=False)
    op.create_table(
        "lawful_differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("paper", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_lawful_differences_reason_given")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_lawful_differences_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lawful_differences")),
    )
    op.create_index(op.f("ix_lawful_differences_decision_id"), "lawful_differences", ["decision_id"], unique=False)
    op.create_table(
        "lawful_endings",
        sa.Column("difference_id", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["difference_id"], ["lawful_differences.id"], name=op.f("fk_lawful_endings_difference_id")
        ),
        sa.PrimaryKeyConstraint("difference_id", name=op.f("pk_lawful_endings")),
    )
    op.create_table(
        "lawful_applied",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("difference_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["difference_id"], ["lawful_differences.id"], name=op.f("fk_lawful_applied_difference_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_lawful_applied_source_id")),
        sa.PrimaryKeyConstraint("source_id", "difference_id", name=op.f("pk_lawful_applied")),
    )
