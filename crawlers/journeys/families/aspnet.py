"""DotNetNuke, SharePoint and WebForms: a search box over the grid; one that posts back is refused, and the search counts as not looked at."""

from __future__ import annotations

from crawlers.journeys.families import Journey

JOURNEY = Journey(
    results="a[href*='ItemId' i]",
)
