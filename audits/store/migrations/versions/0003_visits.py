"""Visits to e-services: what an audit is to visit, what was seen each time, and findings that a later visit did not confirm."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables of visits; what was kept before stays as it is."""
    op.create_table(
        "visit_plans",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audits.id"], name=op.f("fk_visit_plans_audit_id")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_visit_plans")),
    )
    op.create_table(
        "visit_rounds",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("applied", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_visit_rounds_source_id")),
        sa.PrimaryKeyConstraint("source_id", "round", name=op.f("pk_visit_rounds")),
    )
    op.create_table(
        "visits",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id", "round"], ["visit_rounds.source_id", "visit_rounds.round"], name=op.f("fk_visits_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "place", "round", name=op.f("pk_visits")),
    )
    op.create_table(
        "visit_findings",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_visit_findings_finding_id")),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_visit_findings")),
    )
    op.create_table(
        "withdrawn_findings",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_withdrawn_findings_finding_id")),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_withdrawn_findings")),
    )
