"""Looking a procedure up by the portal's search, in every way a citizen would, and where the right hit stands among the results."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from crawlers.journeys.endings import End, clip, wall_name
from crawlers.journeys.words import bare_address, code_of, names_it, queries
from crawlers.service_visits import Outcome, Search

if TYPE_CHECKING:
    from crawlers.journeys.families import Journey
    from crawlers.journeys.service import Service
    from crawlers.journeys.sight import Sight
    from crawlers.journeys.steps import Steps
    from crawlers.journeys.tab import Tab


@dataclass(slots=True)
class PortalSearch:
    """The search of the portal at an address, asked for one service; `asked` tells of each way of asking so far."""

    tab: Tab
    steps: Steps
    journey: Journey
    portal: str
    service: Service
    asked: list[Search] = field(default_factory=list)

    async def look_up(self, *, asking: bool) -> str | None:
        """Ask in every way, as long as the portal answers, and not at all unless `asking`; returns where the right hit leads, or None.

        Raises:
            BrowserError: the page crashed, or the browser was lost.

        """
        hit: str | None = None
        lists: list[tuple[str, ...]] = []
        for kind, query in queries(self.service.code, self.service.name):
            self.tab.results = self.journey.results
            try:
                sight = await self._ask(query) if asking else None
            except End as end:
                asking = end.outcome not in {Outcome.TIMEOUT, Outcome.BLOCKED}
                sight = None
            finally:
                self.tab.results = None
            if sight is None:
                self.asked.append(Search(query, kind, asked=False))
                continue
            rank, where = self._rank(sight)
            if rank is None and (
                wall_name(sight, self.tab.traffic, sight.html) or self.tab.traffic.lost or sight.failed
            ):
                self.asked.append(Search(query, kind, asked=False))
                continue
            self.asked.append(Search(query, kind, rank))
            lists.append(tuple(href for _, _, href in sight.results or ()))
            hit = hit or where
            await self.steps.keep(f"Tìm “{clip(query)}”", sight, picture=kind == "name")
        if len(lists) > 1 and lists[0] and len(set(lists)) == 1:
            # Whatever is asked, the same is shown: this is a list, and its search was not found.
            self.asked = [Search(one.query, one.kind, asked=False) for one in self.asked]
        return hit

    async def _ask(self, query: str) -> Sight | None:
        if self.journey.search is not None:
            address = urljoin(self.portal.rstrip("/") + "/", self.journey.search.format(query=quote(query, safe="")))
            return await self.tab.go(address)
        place = urljoin(self.portal.rstrip("/") + "/", self.journey.search_page)
        if self.tab.page.url.rstrip("/") != place.rstrip("/"):
            await self.tab.go(place)
        box = await self.tab.first(self.journey.box)
        if box is None:
            return None
        return await self.tab.enter(box, query)

    def _rank(self, sight: Sight) -> tuple[int | None, str | None]:
        """The place of the right hit among the results, counted from 1, and where it leads."""
        rows = sight.results or ()
        for around, text, href in rows:
            if self._is_hit(around, text, href):
                shape = _shape(href)
                alike = list(dict.fromkeys(one[2] for one in rows if _shape(one[2]) == shape))
                return alike.index(href) + 1, href
        return None, None

    def _is_hit(self, around: str, text: str, href: str) -> bool:
        if self.service.url is not None and bare_address(href) == bare_address(self.service.url):
            return True
        if urlsplit(href).scheme not in {"http", "https"} or not text:
            return False
        code = code_of(self.service.code)
        if code is not None and code in re.sub(r"\s", "", around):
            return len(re.findall(r"\d\.\d{6}", around)) == 1
        return names_it(text, None, self.service.name)


def _shape(url: str) -> str:
    """What addresses of one kind have in common: digits and identifiers taken out."""
    parts = urlsplit(url)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24}|\d[\d.]*", "#", parts.path.lower())
    return f"{parts.netloc}{path}?{'&'.join(sorted(one.partition('=')[0] for one in parts.query.split('&')))}"
