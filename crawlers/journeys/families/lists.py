"""Published lists are documents: there is no e-service to go to."""

from __future__ import annotations

JOURNEY = None
