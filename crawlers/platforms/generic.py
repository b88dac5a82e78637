"""A plain site of a commune or department, of no known family: walked from its home page for procedures in any form.

What is looked for: documents with a list of procedures, pages with such a table, and pages of one procedure under the usual
labels. Only links of the same host are followed that speak of procedures, or stand on a page that does; what holds no
procedure is passed over and stands in the crawl's ledger without records. A page that was taken for one of procedures and
cannot be read as such alarms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from crawlers.documents import NO_LIST, is_document, leads_to_document, read_document
from crawlers.lists.headers import fold, role_of
from crawlers.manners import wall
from crawlers.page import Section, Values, key_of, link
from crawlers.platforms import Ask, Listing, Reading
from crawlers.records import Fault, PublishedProcedure, Source
from crawlers.sections import LABELS, UNREAD, Heading, children, own_rows, read_sections, under_headings, words_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    from crawlers.page import Page
    from crawlers.targets import Target

TITLE = "Trang thông tin thường, không thuộc họ nào đã biết"
READING: tuple[str, ...] = ()
PROBES: tuple[str, ...] = ()
MAX_DEPTH = 4
"""Links from the home page; a further page of the same list is no link deeper."""
MAX_LINKS = 80
"""Links followed from one page."""
MAX_PAGES = 50
"""Pages of one list."""

PROMISING = re.compile(
    r"\b(thu tuc hanh chinh|bo thu tuc|thu tuc|tthc|cong khai|danh muc|linh vuc|niem yet|mot cua|cai cach hanh chinh)\b"
)
NEVER = re.compile(  # what logs in, sends, prints, searches or turns the leaves of a calendar
    r"\b(dang nhap|dang xuat|log ?in|log ?out|sign ?in|sign ?up|nop ho so|nop truc tuyen|nop hs|gui ho so|gui y kien|submit|post|lich|calendar"
    r"|ban in|in trang|in bai|print|chia se|share|rss|feed|tim kiem|search|gop y|hoi dap|lien he|wp admin|admin|replytocom|gio hang|tai khoan)\b"
)
TURNING = frozenset({"month", "year", "date", "day", "ngay", "thang", "nam", "sort", "order", "print", "share", "lang", "view", "replytocom"})  # fmt: skip
"""Keys of queries that show the same again, or without end."""

_DETAILED = frozenset({"channel", "time", "fee", "document", "legal_bases", "steps"})
_KNOWN = frozenset({"code", "name", "sector", "agency", "level", "service_level"})
_BY_LABEL = {key_of(label): item.to for item in LABELS for label in item.at}
_UNREAD = frozenset(key_of(label) for label in UNREAD)
_OF_SITE = re.compile(
    r"(cổng|trang) (dịch vụ công|thông tin)|(chi tiết |thông tin |nội dung |bộ )?thủ tục hành chính$|chi tiết thủ tục$|ủy ban nhân dân|ubnd|sở |menu|tin ",
    re.IGNORECASE,
)
_ENDS = "h1, h2, h3, h4, h5, h6, hr, footer, aside, form, [class*=related], [class*=share], [class*=comment], [class*=khac], [class*=tag]"
"""What follows the last part of a procedure's page and is none of it."""
_OUTSIDE = frozenset({"nav", "header", "footer", "aside"})
_HANDLE = re.compile(r"(tai ve|tai xuong|tai tep|tai|xem|chi tiet|xem chi tiet|download|file dinh kem|dinh kem)( ve)?")
_ENOUGH = 4  # labels of one procedure by which its page is known


def first(target: Target) -> Ask:
    """Ask for the site's home page."""
    return Ask(target.url)


def recognise(page: Page) -> str | None:
    """Any site may be walked, so no page speaks for this family: it is what is left when no other is recognised."""
    del page
    return None


def read_list(page: Page, ask: Ask, seen: int) -> Listing:
    """Look through one page: what it holds itself, and which of its links may lead to procedures."""
    del seen
    if is_document(page.body):
        return Listing((ask,))
    depth = int(ask.known.get("depth", "0"))
    if page.body.lstrip()[:1] != b"<":
        if depth and page.body:
            return Listing(())  # a picture, a sheet of style, a feed
        raise page.changed("trang chủ", "không phải trang HTML")
    tree = page.tree()
    links = [found for anchor in tree.css("a[href]") if (found := _link(anchor, ask.url)) is not None]
    about = _is_about(tree, ask.url)
    entries = _holdings(page, tree, ask)
    further = tuple(
        found for found in _further(links, ask, depth, about=about) if found.url not in {entry.url for entry in entries}
    )
    if not (entries and entries[0].url == ask.url):
        entries += [Ask(found.url) for found in links if leads_to_document(found.url) and (about or found.promising)]
    if not entries and not further and (depth == 0 or wall(page.status, page.body) is not None):
        raise page.changed(
            "liên kết tới thủ tục hành chính", "trang không có thủ tục, văn bản hay liên kết nào về thủ tục"
        )
    once: dict[str, Ask] = {}
    for entry in entries:
        once.setdefault(entry.key, entry)  # the first says most of it
    return Listing(tuple(once.values()), None, None, further)


def read_detail(page: Page, ask: Ask) -> Reading:
    """Read a document, a page's table, or one procedure's page; a document without a list of procedures gives nothing."""
    if is_document(page.body):
        return _or_known(read_document(page, ask), ask)
    if leads_to_document(ask.url):
        raise page.changed("văn bản", "địa chỉ của văn bản nhưng nội dung là trang HTML (thường là trang báo lỗi)")
    tree = page.tree()
    if (found := _labelled(page, tree)) is not None:
        return Reading((_procedure(page, tree, found, ask),))
    if _tables(tree):
        return read_document(page, ask, ".html")
    if ask.known.get("name") and page.body and wall(page.status, page.body) is None:
        why = f"{ask.url}: trang mà danh sách dẫn tới không có các mục của thủ tục; chỉ ghi nhận những gì danh sách nêu"
        return Reading(_or_known(Reading(()), ask).records, (Fault("no_detail", ask.url, why),))
    raise page.changed("thủ tục hành chính", "trang không còn bảng thủ tục hay các mục của một thủ tục")


# --- links --------------------------------------------------------------------------------------------------------


class _Link(NamedTuple):
    """One link of a page, without its fragment."""

    url: str
    text: str
    promising: bool
    content: bool


def _link(anchor: LexborNode, base: str) -> _Link | None:
    """The link if it stays on the host and only shows something."""
    url = link(base, anchor.attributes.get("href")).partition("#")[0]
    parts = urlsplit(url)
    if not url or parts.netloc.lower() != urlsplit(base).netloc.lower() or parts.scheme not in {"http", "https"}:
        return None
    text = words_of(anchor) or anchor.attributes.get("title") or ""
    about = f"{fold(text)} | {fold(f'{parts.path} {parts.query}')}"
    if NEVER.search(about) or parse_qs(parts.query).keys() & TURNING:
        return None
    at, content = anchor.parent, True
    while at is not None and content:
        content = at.tag not in _OUTSIDE
        at = at.parent
    return _Link(url, text, PROMISING.search(about) is not None, content)


def _further(links: list[_Link], ask: Ask, depth: int, *, about: bool) -> tuple[Ask, ...]:
    """The pages to look through next: promising ones, and from a page about procedures what its content links to."""
    found: dict[str, Ask] = {}
    for item in links:
        if leads_to_document(item.url) or item.url == ask.url or len(found) >= MAX_LINKS:
            continue
        if about and (number := _page_of(item, ask.url)) is not None:
            if number <= MAX_PAGES:
                found.setdefault(item.url, Ask(item.url, known=ask.known))
        elif depth < MAX_DEPTH and (item.promising or (about and item.content and depth)):
            found.setdefault(item.url, Ask(item.url, known={"depth": str(depth + 1)}))
    return tuple(found.values())


def _page_of(item: _Link, url: str) -> int | None:
    """The number of a further page of the same list: its text is the number, its path the same or one step below."""
    ours, theirs = urlsplit(url).path.rstrip("/"), urlsplit(item.url).path.rstrip("/")
    bare = re.compile(r"(/(page|trang))?/?-?\d+$")
    return int(item.text) if item.text.isdigit() and bare.sub("", theirs) == bare.sub("", ours) else None


def _is_about(tree: LexborHTMLParser, url: str) -> bool:
    """Say whether a page itself, by its address, title or headings, is about procedures."""
    texts = [urlsplit(url).path, *(node.text() for node in tree.css("title, h1, h2"))]
    return any(PROMISING.search(fold(text)) for text in texts)


# --- what a page holds --------------------------------------------------------------------------------------------


def _holdings(page: Page, tree: LexborHTMLParser, ask: Ask) -> list[Ask]:
    """The page itself where it holds procedures; the pages behind an index of names, with what the index says."""
    if _labelled(page, tree) is not None:
        return [Ask(ask.url)]
    entries: list[Ask] = []
    for header, rows in _tables(tree):
        indexed = [_indexed(header, row, ask.url) for row in rows]
        if _DETAILED & set(header) or not all(indexed):
            return [Ask(ask.url)]
        entries += [entry for entry in indexed if entry is not None]
    return entries


def _tables(tree: LexborHTMLParser) -> list[tuple[list[str | None], list[list[LexborNode]]]]:
    """The tables of procedures: what each column gives, and the rows below the header that fill it."""
    found: list[tuple[list[str | None], list[list[LexborNode]]]] = []
    for table in tree.css("table"):
        rows = [[cell for cell in children(row) if cell.tag in {"td", "th"}] for row in own_rows(table)]
        for place, cells in enumerate(rows[:5]):
            header = [role.field if (role := role_of(words_of(cell))) else None for cell in cells]
            fields = {field for field in header if field not in {None, "ignored", "number"}}
            if fields & {"name", "abolished"} and len(fields) > 1:
                below = [
                    row for row in rows[place + 1 :] if len(row) == len(cells) and any(words_of(cell) for cell in row)
                ]
                found.append((header, below))
                break
    return found


def _indexed(header: list[str | None], row: list[LexborNode], url: str) -> Ask | None:
    """The page or document that the row of an index leads to."""
    said = {to: words_of(cell) for to, cell in zip(header, row, strict=True) if to in _KNOWN and words_of(cell)}
    for to, cell in zip(header, row, strict=True):
        for anchor in cell.css("a[href]"):
            found = _link(anchor, url)
            if found is None or found.url == url or not said.get("name"):
                continue
            if to == "name":  # beside the name may stand links such as "Tải về", or the name is the link
                alone = said["name"].removesuffix(found.text).strip()
                said["name"] = alone if _HANDLE.fullmatch(fold(found.text)) and alone else found.text
            return Ask(found.url, known=said)
    return None


def _labelled(page: Page, tree: LexborHTMLParser) -> list[Section] | None:
    """The labelled parts of one procedure's page, unknown labels among them; None: it is no such page."""
    for found in (*_of_tables(tree), _of_definitions(tree), _of_headings(page, tree)):
        parts = {_BY_LABEL.get(key_of(_unnumbered(section.label))) for section in found} - {None}
        if len(parts) >= _ENOUGH and "documents" in parts and parts & {"time", "methods", "steps"}:
            return found
    return None


def _of_tables(tree: LexborHTMLParser) -> list[list[Section]]:
    found: list[list[Section]] = []
    for table in tree.css("table"):
        pairs = [
            cells for row in own_rows(table) if len(cells := [c for c in children(row) if c.tag in {"td", "th"}]) == 2
        ]
        found.append([Section(words_of(label), value) for label, value in pairs if words_of(label)])
    return found


def _of_definitions(tree: LexborHTMLParser) -> list[Section]:
    found: list[Section] = []
    for term in tree.css("dt"):
        value = term.next
        while value is not None and not value.is_element_node:
            value = value.next
        if value is not None and value.tag == "dd":
            found.append(Section(words_of(term), value))
    return found


def _of_headings(page: Page, tree: LexborHTMLParser) -> list[Section]:
    """Sections under headings, or after labels in bold."""
    for selector in ("h2, h3, h4, h5, h6", "strong, b"):
        headings = [Heading(text, node) for node in tree.css(selector) if _is_label(text := words_of(node))]
        if len(headings) >= _ENOUGH:
            return under_headings(page, headings, ends=tree.css(_ENDS))
    return []


def _is_label(text: str) -> bool:
    """A line as a label; labels of such pages are numbered as often as not."""
    return key_of(_unnumbered(text)) in _BY_LABEL or key_of(_unnumbered(text)) in _UNREAD


def _unnumbered(text: str) -> str:
    return re.sub(r"^\s*(\d{1,2}|[IVX]{1,5}|[a-zđ])\s*[.)]\s*", "", text)


# --- one procedure ------------------------------------------------------------------------------------------------


def _procedure(page: Page, tree: LexborHTMLParser, found: list[Section], ask: Ask) -> PublishedProcedure:
    """The record of a labelled page; labels that no family knows are listed as ignored."""
    values = Values()
    known: list[Section] = []
    for section in found:
        label = _unnumbered(section.label).rstrip(" :")
        if _is_label(label):
            known.append(Section(label, section.node))
        else:
            values.ignored.add(section.label)
    said = {to: text for to, text in ask.known.items() if to in _KNOWN}
    if not any(_BY_LABEL.get(key_of(section.label)) == "name" for section in known):
        values.put("name", _title(page, tree, said.get("name")), "tiêu đề trang")
    return read_sections(page, known, LABELS, UNREAD, values, url=ask.url, known=said)


def _title(page: Page, tree: LexborHTMLParser, listed: str | None) -> str:
    """The heading that names the procedure: the one an index named, the only one, or the one the page's title repeats."""
    texts = dict.fromkeys(words_of(node) for node in tree.css("h1, h2, h3, h4"))
    titles = [text for text in texts if key_of(text) and not _is_label(text) and not _OF_SITE.match(text)]
    if listed:
        titles = [text for text in titles if key_of(text) == key_of(listed)]
    if len(titles) > 1:
        head = key_of(" ".join(node.text() for node in tree.css("title")))
        titles = [text for text in titles if key_of(text) in head]
    if len(titles) != 1:
        raise page.changed("tên thủ tục", f"cần đúng một tiêu đề là tên thủ tục, thấy {len(titles)}")
    return titles[0]


def _or_known(reading: Reading, ask: Ask) -> Reading:
    """What an index said of a procedure, where what it leads to has no list; a mere document of the site gives nothing."""
    if reading.records or any(fault.kind != NO_LIST for fault in reading.faults):
        return reading
    said = {to: text for to, text in ask.known.items() if to in _KNOWN}
    if not said.get("name"):
        return Reading(())
    places = dict.fromkeys(said, "trang danh sách")
    record = PublishedProcedure(
        source=Source(places=places),
        ignored=(f"không đọc chi tiết: {ask.url}",),
        code=said.get("code"),
        name=said["name"],
        sector=said.get("sector"),
        agency=said.get("agency"),
        level=said.get("level"),
        service_level=said.get("service_level"),
    )
    return Reading((record,))
