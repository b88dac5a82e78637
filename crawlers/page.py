"""What a page holds, declared; a page that no longer holds it fails loudly instead of being read wrongly.

A platform declares `Field`s: where a value goes in the published record, under which JSON keys, section labels or column
headers it may stand, and whether the page must have it. Three readers serve all platforms: `read_json` for JSON answers,
`by_label` for labelled HTML sections, `read_table` for HTML tables.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import orjson
from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from selectolax.lexbor import LexborNode

NOISE = frozenset({"mở rộng", "thu gọn", "xem thêm"})
_BLOCKS = frozenset({  # elements that begin a line of their own
    "address", "article", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_UNSEEN = frozenset({"script", "style", "title", "noscript", "template", "head", "-comment"})
_SPACES = str.maketrans("\t\r\n\f", "    ")
_HEAD, _TAIL = 4096, 16384  # bytes in which a document's first and last tag stand; scripts may come before and after
_MORE = re.compile(rb"</(?:td|tr|table|li|ul|ol|p|div|section)\b")  # what follows a document pasted into another
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&[A-Za-z#]\w{1,30};")


class PageChanged(ValueError):  # noqa: N818 - it names what happened to the page
    """A page is no longer built as its platform declares; carries the platform, the declared field and the page's URL."""

    def __init__(self, platform: str, field: str, url: str, what: str = "không còn như đã khai báo") -> None:
        self.platform, self.field, self.url, self.what = platform, field, url, what
        super().__init__(
            f"{url}: trang đã đổi cấu trúc ở “{field}”: {what}; "
            f"cần xem lại crawlers/platforms/{platform}.py, thử lại ngay không giúp được"
        )

    def __reduce__(self) -> tuple[type[PageChanged], tuple[str, str, str, str]]:
        return type(self), (self.platform, self.field, self.url, self.what)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer as a platform reads it: `url` is where a person would see it, `beside` what was asked besides, in its order."""

    platform: str
    url: str
    body: bytes
    status: int = 200
    media_type: str = "text/html"
    beside: tuple[Page, ...] = ()

    def changed(self, field: str, what: str) -> PageChanged:
        """Return (not raise) the error that says where this page differs from its declaration."""
        return PageChanged(self.platform, field, self.url, what)

    def json(self) -> Any:  # noqa: ANN401 - JSON is any shape until it is read
        """Parse the body as JSON.

        Raises:
            PageChanged: the body is HTML or anything else but JSON.

        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            shape = "gặp HTML" if self.body.lstrip()[:1] == b"<" else f"không đọc được ({error})"
            raise self.changed("JSON", f"cần JSON nhưng {shape}") from error

    def tree(self) -> LexborHTMLParser:
        """Parse the body as HTML; nested documents (`<html>` inside content) are flattened as browsers do.

        Raises:
            PageChanged: the document begins but does not end: the rest was lost on the way, and with it a pager or a row.

        """
        if b"<html" in self.body[:_HEAD].lower():
            _, end, after = self.body[-_TAIL:].lower().rpartition(b"</html")
            if not end or _MORE.search(after):
                raise self.changed("HTML", "trang bị cắt giữa chừng, không có </html> ở cuối")
        return LexborHTMLParser(self.body)


@dataclass(frozen=True, slots=True)
class Field:
    """A declared value: `to` names it, `at` lists the JSON keys, labels or headers it may stand under; the first that is there wins."""

    to: str
    at: tuple[str, ...]
    required: bool = False


@dataclass(slots=True)
class Values:
    """Texts read so far with the place of each in the capture, and what was seen but deliberately not read."""

    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)

    def put(self, to: str, text: str | None, place: str) -> str | None:
        """Keep a text and its place; returns the text, so that rows can be built in passing."""
        if text is not None:
            self.texts[to] = text
            self.places[to] = place
        return text


# --- JSON ---------------------------------------------------------------------------------------------------------


def json_text(page: Page, value: object, place: str) -> str:
    """Return a JSON scalar as text, HTML markup undone.

    Raises:
        PageChanged: the value is an object or a list.

    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise page.changed(place, f"cần chữ hoặc số, gặp {type(value).__name__}")
    return plain(value) if isinstance(value, str) else str(value)


def read_json(
    page: Page, data: Mapping[str, object], fields: Sequence[Field], values: Values, place: str = "$"
) -> None:
    """Read the declared fields of one JSON object, each a key with a scalar, into `values`; null is as good as no key.

    Raises:
        PageChanged: a required field is missing, or a value is not a scalar.

    """
    for item in fields:
        key = next((key for key in item.at if data.get(key) is not None), None)
        if key is not None:
            values.put(item.to, json_text(page, data[key], f"{place}.{key}"), f"{place}.{key}")
        elif item.required:
            raise page.changed(f"{place}.{item.at[0]}", "thiếu khóa bắt buộc")


def json_rows(
    page: Page, data: Mapping[str, Any], key: str, place: str = "$"
) -> list[tuple[str, dict[str, Any]]] | None:
    """Return the objects of the array under `key` with their places, nulls skipped; None: there is no such part.

    Raises:
        PageChanged: it is no array, or holds anything but objects.

    """
    array = data.get(key)
    if array is None:
        return None
    if not isinstance(array, list):
        raise page.changed(f"{place}.{key}", f"cần một danh sách, gặp {type(array).__name__}")
    rows: list[tuple[str, dict[str, Any]]] = []
    for index, item in enumerate(array):
        if isinstance(item, dict):
            rows.append((f"{place}.{key}[{index}]", item))
        elif item is not None:
            raise page.changed(f"{place}.{key}[{index}]", f"cần một đối tượng, gặp {type(item).__name__}")
    return rows


def html_body(page: Page, text: object, place: str) -> LexborNode:
    """Return one part of a JSON answer that is a string of HTML, parsed; some sites keep it escaped, some as plain lines.

    Raises:
        PageChanged: it is no string.

    """
    if not isinstance(text, str):
        raise page.changed(place, f"cần chữ, gặp {type(text).__name__}")
    if "<" not in text:
        text = html.unescape(text) if "&lt;" in text else html.escape(html.unescape(text)).replace("\n", "<br>")
    body = LexborHTMLParser(f"<body>{text}").body
    if body is None:
        raise page.changed(place, "không đọc được HTML")
    return body


def plain(text: str) -> str:
    """Return text that may be HTML as plain lines; text without markup is only stripped."""
    if not _MARKUP.search(text):
        return text.strip()
    body = LexborHTMLParser(text).body
    return "" if body is None else text_of(body)


# --- HTML ---------------------------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """One run of text as rendered: its words, the 1-based line it stands on, and whether it is in italics."""

    text: str
    line: int
    italic: bool


def pieces(node: LexborNode) -> list[Piece]:
    """Return the visible runs of text below a node in reading order; scripts, titles and "Mở rộng/Thu gọn" are left out."""
    found: list[Piece] = []
    line, fresh, slanted = 1, True, False
    left: list[tuple[LexborNode | None, bool, bool]] = []  # no recursion: pasted Word text nests without bound
    at = node.first_child
    while at is not None or left:
        if at is None:
            at, slanted, block = left.pop()
            if block and not fresh:
                line, fresh = line + 1, True
            continue
        tag = at.tag or ""
        if tag == "-text":
            raw = at.text_content or ""
            if raw and not raw.isspace():
                text = one_space(raw)
                if len(text) > 20 or text.strip().casefold() not in NOISE:
                    found.append(Piece(text, line, slanted))
                    fresh = False
            at = at.next
        elif tag in _UNSEEN:
            at = at.next
        else:
            block = tag in _BLOCKS
            if block and not fresh:
                line, fresh = line + 1, True
            left.append((at.next, slanted, block))
            slanted = slanted or tag in {"i", "em"}
            at = at.first_child
    return found


def one_space(text: str) -> str:
    """Make every run of white space one space, as browsers do; NBSP stays. Most text needs nothing, so look before working."""
    if "\n" in text or "\t" in text or "\r" in text or "\f" in text:
        text = text.translate(_SPACES)
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def join_pieces(runs: Sequence[Piece]) -> str:
    """Join runs of text into lines as rendered."""
    out: list[str] = []
    last = None
    for run in runs:
        if run.line == last:
            out[-1] += run.text
        else:
            out.append(run.text)
        last = run.line
    return "\n".join(text for line in out if (text := one_space(line).strip()))


def text_of(node: LexborNode) -> str:
    """Return the visible text below a node, one line a block."""
    return join_pieces(pieces(node))


def lines_of(node: LexborNode) -> list[str]:
    """Return the visible lines below a node; [] when there is no text."""
    text = text_of(node)
    return text.split("\n") if text else []


@lru_cache(4096)
def key_of(label: str) -> str:
    """Return a label or header as it is compared: composed, lower case, single spaces, without "Mở rộng/Thu gọn" and end marks."""
    text = one_space(unicodedata.normalize("NFC", label).replace("\xa0", " ")).strip().casefold()
    for noise in NOISE:
        text = text.removesuffix(noise).removeprefix(noise).strip()
    return text.rstrip(" :*.").strip()


def link(base: str, href: str | None) -> str:
    """Return where a link of the page at `base` leads; "" where it leads nowhere: no address, or one that is none."""
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
        return ""
    try:
        url = urljoin(base, href.strip())
        urlsplit(url)
    except ValueError:  # as in href="http://[tên miền]/"
        return ""
    return url


class Section(NamedTuple):
    """A labelled part of an HTML page: the label as published, and the node of its content."""

    label: str
    node: LexborNode


def by_label(
    page: Page, found: Sequence[Section], declared: Sequence[Field], ignored: Sequence[str], values: Values
) -> Mapping[str, Section]:
    """Sort the sections of a page under the declared fields; known but unread labels are listed in `values.ignored`.

    Raises:
        PageChanged: an unknown or repeated label, or a required one missing.

    """
    known = _known(tuple(declared))
    unread = {key_of(label) for label in ignored}
    out: dict[str, Section] = {}
    for section in found:
        key = key_of(section.label)
        if key in unread:
            values.ignored.add(section.label)
        elif key not in known:
            raise page.changed(section.label, "nhãn lạ, chưa khai báo")
        elif known[key] in out:
            raise page.changed(section.label, "nhãn xuất hiện hai lần")
        else:
            out[known[key]] = section
    for item in declared:
        if item.required and item.to not in out:
            raise page.changed(item.at[0], "thiếu mục bắt buộc")
    return out


@lru_cache(64)
def _known(declared: tuple[Field, ...]) -> Mapping[str, str]:
    """What each label or header declared stands for."""
    return {key_of(label): item.to for item in declared for label in item.at}


class Row(NamedTuple):
    """One table row: its 1-based number below the header, and its cells by declared name; a row of one wide cell has only `title`."""

    number: int
    cells: Mapping[str, LexborNode]
    title: LexborNode | None


def read_table(page: Page, table: LexborNode, section: str, columns: Sequence[Field]) -> list[Row]:
    """Read an HTML table by its header row.

    Raises:
        PageChanged: an unknown, repeated or missing required column, or a row whose cells do not fit the header.

    """
    rows = [(row, _cells(row)) for row in table.css("tr")]
    rows = [(row, cells) for row, cells in rows if cells]
    if not rows:
        raise page.changed(section, "bảng không có hàng nào")
    known = _known(tuple(columns))
    header: list[str] = []
    for cell in rows[0][1]:
        name = known.get(key_of(text_of(cell)))
        if name is None:
            raise page.changed(f"{section}, cột “{text_of(cell)}”", "cột lạ, chưa khai báo")
        if name in header:
            raise page.changed(f"{section}, cột “{text_of(cell)}”", "cột xuất hiện hai lần")
        header.append(name)
    for item in columns:
        if item.required and item.to not in header:
            raise page.changed(f"{section}, cột “{item.at[0]}”", "thiếu cột bắt buộc")
    out: list[Row] = []
    for number, (_, cells) in enumerate(rows[1:], start=1):
        if len(cells) == 1 and len(header) > 1:
            out.append(Row(number, {}, cells[0]))
        elif len(cells) == len(header):
            out.append(Row(number, dict(zip(header, cells, strict=True)), None))
        else:
            raise page.changed(f"{section}, hàng {number}", f"có {len(cells)} ô trong khi bảng có {len(header)} cột")
    return out


def _cells(row: LexborNode) -> list[LexborNode]:
    cells: list[LexborNode] = []
    child = row.first_child
    while child is not None:
        if child.tag in {"td", "th"}:
            cells.append(child)
        child = child.next
    return cells
