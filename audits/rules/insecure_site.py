"""The connection to a portal is encrypted under a valid certificate, and pages with forms load nothing unprotected."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from crawlers.manners import is_loopback
from crawlers.service_visits import ARRIVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited
    from crawlers.service_visits import ServiceVisit

TITLE = "Kết nối không an toàn"
REMEDY = "Cài chứng thư số hợp lệ, chuyển mọi trang sang HTTPS và bỏ nội dung tải qua kết nối không mã hóa."
SEVERITY = Severity.MEDIUM
VERSION = 1
CITATIONS = (
    Citation(
        "nd-45-2020",
        "quy định về an toàn khi thực hiện thủ tục hành chính trên môi trường điện tử tại",
        unverified=True,
    ),
)
OF_SITE = True


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit; hosts of others, to which the way only leads, are not held against the portal."""
    visit = visited.visit
    tls, mixed = visit.checks.tls, visit.checks.mixed_content
    if reason := not_tried(visited):
        yield reason
        return
    if tls is None:
        yield Skip(Sentence("chưa xem được kết nối của cổng"))
        return
    own = _own(visit, visited.site)
    found = [
        f"chứng thư của {each.host} không hợp lệ ({each.why or 'không rõ lý do'})"
        for each in tls
        if each.valid is False and _of(each.host, own)
    ]
    # A host may answer unencrypted only to send the visitor on: what counts is the page they then stood on.
    plain = {_host(step.url) for step in visit.steps if step.url.startswith("http://") and not is_loopback(step.url)}
    found += [f"trang của {host} không mã hóa kết nối (HTTP)" for host in sorted(plain) if _of(host, own)]
    if found:
        yield _fail("; ".join(dict.fromkeys(found)), "checks.tls")
    elif mixed and visit.outcome in ARRIVED:
        hosts = ", ".join(sorted({_host(url) for url in mixed}))
        yield _fail(f"trang có biểu mẫu tải nội dung không mã hóa từ {hosts}", "checks.mixed_content")
    elif not own:
        yield Skip(Sentence("không biết máy chủ nào là của cổng"))
    elif mixed:
        yield Skip(Sentence("có nội dung không mã hóa nhưng chưa thấy trang có biểu mẫu, cần người xem"))
    elif mixed is None or any(each.valid is None and each.secure for each in tls):
        yield Skip(Sentence("chưa xem được đủ kết nối của cổng"))
    else:
        yield Pass()


def _fail(found: str, where: str) -> Fail:
    return Fail(
        expected="Kết nối HTTPS với chứng thư hợp lệ, không tải nội dung không mã hóa",
        found=found,
        where=where,
        why=Sentence("Người dân dùng cổng qua kết nối không an toàn: {found}.", {"found": found}),
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _own(visit: ServiceVisit, site: str | None) -> frozenset[str]:
    """Return the hosts that are the portal's own: those of its door, of the procedure's page and of what was published."""
    urls = (visit.steps[0].url if visit.steps else None, visit.url, site)
    return frozenset(filter(None, (_host(url) for url in urls if url)))


def _of(host: str, own: frozenset[str]) -> bool:
    """Tell whether a host is one of the portal's own, or belongs to the same agency (motcua.tinh.gov.vn, tinh.gov.vn)."""
    name = host.rsplit(":", 1)[0].lower() if host.count(":") == 1 else host.lower()
    return name in own or (name.endswith(".gov.vn") and _agency(name) in map(_agency, own))


def _agency(host: str) -> str:
    return ".".join(host.split(".")[-3:])
