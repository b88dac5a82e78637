"""An unknown site: its search box, the links that name the procedure, and the buttons every portal has."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey()
