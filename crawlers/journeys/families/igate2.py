"""VNPT iGate 2: an Angular app; search and pages by address, the way in goes to a stepper or to Keycloak."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    search="vi/procedure/search?keyword={query}",
    results="a[href*='/procedure/detail/']",
)
