"""The memory: what was imported, captured, published and found. The only SQL of the project lives in this package."""

from audits.store.database import StoreError, upgrade
from audits.store.store import Store, open_store
from audits.store.values import Archived, AuditSummary, Judged, KeptFinding, NewFinding, StoredCatalogue

__all__ = [
    "Archived",
    "AuditSummary",
    "Judged",
    "KeptFinding",
    "NewFinding",
    "Store",
    "StoreError",
    "StoredCatalogue",
    "open_store",
    "upgrade",
]
