"""An e-service to try, as published, and what a level of service claims."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONLINE = re.compile(r"(?i)toàn trình|một phần|mức (độ )?[34]|trực tuyến|full|partial")
_FULLY = re.compile(r"(?i)toàn trình|mức (độ )?4|full")
_LEVEL = re.compile(
    r"(?i)mức độ[^:.]{0,50}:?\s*(dịch vụ công trực tuyến\s*)?(toàn trình|một phần|mức độ [1-4]|mức [1-4])"
)


@dataclass(frozen=True, slots=True)
class Service:
    """An e-service to try, as published: its page, its level, the names and addresses of its forms, whether it has an online channel."""

    code: str | None
    name: str | None
    url: str | None = None
    service_level: str | None = None
    forms: tuple[tuple[str, str], ...] = ()
    online: bool | None = None

    @property
    def claims_online(self) -> bool:
        """Whether it is published as something that can be filed online."""
        return bool(self.online) or is_online(self.service_level)


def level_in(text: str) -> str | None:
    """Return the level of service that a page's text tells, in its own words; None: it tells none."""
    found = _LEVEL.search(text)
    return None if found is None else found[2]


def is_online(level: str | None) -> bool:
    """Say whether a level of service means that something can be filed online."""
    return bool(level and _ONLINE.search(level))


def is_fully_online(level: str | None) -> bool:
    """Say whether a level of service means that everything is done online (toàn trình)."""
    return bool(level and _FULLY.search(level))
