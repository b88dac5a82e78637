"""The one gate: what a journey's browser may ask of the world. Whatever is not known to only read is refused, with the reason.

It is asked before every single request, each hop of a redirect included (see traffic.py), and it errs on the side of refusing:
a refusal costs a look, a request let out wrongly could file somebody's dossier.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NATIONAL = ("xacthuc.dichvucong.gov.vn", "sso.dancuquocgia.gov.vn", "sso.vneid.gov.vn", "vneid.gov.vn")
"""The national identity service: every portal hands over to it, so a journey may look at its pages."""
LONGEST_QUESTION = 16 * 1024  # bytes; a search is short, a dossier is not
LONGEST_URL = 8192

_VERBS = frozenset(
    """
    submit delete remove destroy logout logoff signout signoff confirm approve reject pay checkout purchase charge save update insert
    send cancel withdraw revoke accept vote subscribe unsubscribe del resubmit
    dangxuat xoa huy thanhtoan xacnhan duyet luu capnhat gui themmoi rut tuchoi pheduyet noptien kyso hoantat
    """.split()  # noqa: SIM905 - a table to read
)
_ONLY_ORDERED = frozenset(
    """
    create add register upload post put patch store publish drop nop them tao dangky nophoso
    """.split()  # noqa: SIM905
)
"""Verbs only where an action is named ("?action=create"): as parts of a path they are folders (/upload/…) and ways in (/nop-ho-so)."""
_OBJECTS = frozenset(
    """
    hoso don phi lephi ho so le dossier application order form request profile account payment all data file item taikhoan tai khoan
    yeucau yeu cau action now final ok by id hs tat ca lai het
    """.split()  # noqa: SIM905
)
_THINGS = frozenset(
    """
    hoso hosos dossier dossiers application applications order request profile account payment lephi
    """.split()  # noqa: SIM905
)
_PREFIXES = frozenset({"do", "on", "ajax", "api", "process", "handle"})
_ASKS = frozenset(
    """
    action act cmd command op operation do method mode task event func function handler step verb
    thaotac hanhdong chucnang tacvu lenh
    """.split()  # noqa: SIM905
)
_ROUTES = frozenset({"r", "route", "q", "page", "path"})
"""Query words under which some sites write what other sites write as the path ("?r=ho-so/xoa")."""
_OVERRIDES = frozenset({"xhttpmethodoverride", "xhttpmethod", "xmethodoverride"})
_MUTATION = re.compile(r"(?:^|[\s}#,])mutation\b[^{}]*\{")
_ID = re.compile(r"[\w.-]{1,100}")
_BUTTONS = frozenset({"btn", "button", "submit", "imagebutton", "lnkbtn", "linkbutton"})
_READS = frozenset({"search", "get", "list", "detail", "find", "load", "view", "lay", "tim", "tra", "xem"})
_TURNS = ("page", "pager", "paging", "sort")
_SCRIPTS = re.compile(
    r"(?i)\.(do|action|aspx?|ashx|asmx|axd|svc|php\d?|jspx?|jsf|faces|cgi|pl|py|rb|cfm|api|html?|xhtml|json|xml)$"
)
_CALLS = frozenset({"fetch", "xhr", "eventsource", "script", "other"})
"""Kinds of request by which an app calls its server; pages and files lie under other words."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request a page wants to make; `kind` is the browser's word for what it is for (document, image, fetch …).

    `headers` are those the page gave it, in lower case.
    """

    method: str
    url: str
    body: bytes = b""
    media_type: str = ""
    kind: str = "document"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """What one target's journeys may ask: GET and HEAD of `hosts`, POST only of paths that end as in `reading`.

    `files` are the endings of paths that give out a file by POST, each with the one field its question may have: the file's id.
    """

    hosts: frozenset[str]
    reading: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    def refuses(self, asked: Asked) -> str | None:
        """Say in Vietnamese why a request may not leave; None: it only reads, and reads where it may."""
        try:
            parts = urlsplit(asked.url)
            host = parts.netloc.lower()
        except ValueError:
            return "địa chỉ không hợp lệ"
        if parts.scheme not in {"http", "https"}:
            return f"giao thức {parts.scheme or '(không có)'} không được phép"
        if "@" in host:
            return "địa chỉ mang theo tên đăng nhập"
        if len(asked.url) > LONGEST_URL:
            return "địa chỉ quá dài, có thể mang theo dữ liệu"
        if asked.kind in {"ping", "cspviolationreport", "beacon"}:
            return "trang tự gửi tin, không phải để đọc"
        if not self.lets(host):
            return f"máy chủ {host} không thuộc mục tiêu"
        if (why := _acts_anyway(asked, parts.path)) is not None:
            return why
        if asked.method in {"GET", "HEAD"}:
            return None
        if asked.method == "POST" and self.reading and parts.path.endswith(self.reading):
            return _no_question(asked)
        for ending, field_of in self.files:
            if asked.method == "POST" and parts.path.endswith(ending):
                return _no_question(asked) or _no_file(asked.body, field_of)
        return f"{asked.method} tới {parts.path} không nằm trong các địa chỉ chỉ để đọc của nền tảng"

    def lets(self, host: str) -> bool:
        """Say whether a host (with port) may be asked at all."""
        return host in self.hosts or is_national(host)


def _acts_anyway(asked: Asked, path: str) -> str | None:
    """Say by what a request does something whatever its method; None: by nothing."""
    if (sign := effect(asked.url)) is not None:
        return f"địa chỉ có dấu hiệu làm thay đổi dữ liệu (“{sign}”)"
    if asked.kind in _CALLS and (sign := _ordered(path)) is not None:
        return f"trang gọi một việc làm thay đổi dữ liệu (“{sign}”)"
    for name, value in asked.headers.items():
        if re.sub(r"[^a-z]", "", name.casefold()) in _OVERRIDES and value.strip().upper() not in {"GET", "HEAD"}:
            return f"tiêu đề {name}: {value} đổi phương thức của yêu cầu"
    return None


def is_national(host: str) -> bool:
    """Say whether a host (with or without port) is the national identity service; its stand-ins end in .localhost."""
    name = host.rsplit(":", 1)[0].lower()
    return name in NATIONAL or (name.endswith(".localhost") and name.removesuffix("localhost") + "gov.vn" in NATIONAL)


def effect(url: str) -> str | None:
    """Return the part of an address that looks as if asking it did something, or None.

    Only whole parts count: "/xoa", "/ho-so/delete", "?action=submit" do something, while "/thu-tuc/xac-nhan-tinh-trang-hon-nhan"
    is a procedure's name and "/nop-ho-so" a way in.
    """
    parts = urlsplit(url)
    for segment in _segments(parts.path):
        if _acts(segment):
            return segment
    for query in (parts.query, _hash_query(parts.fragment)):
        for key, value in parse_qsl(query, keep_blank_values=True):
            name = "".join(_words(key))
            if name == "pplifecycle" and value == "1":  # Liferay's word for doing, not showing
                return f"{key}={value}"
            if _asks(key) and any(_acts(piece, ordered=True) for piece in re.split(r"[/.:]", value)):
                return f"{key}={value}"
            if name in _ROUTES and "/" in value and " " not in value and any(map(_acts, _segments(value))):
                return f"{key}={value}"
            if _mutates(value):
                return f"{key}={value}"[:80]
            if _acts(key) and value.casefold() not in {"0", "false", "no"}:
                return f"{key}={value}"[:80]
    return None


def _segments(path: str) -> Iterator[str]:
    for segment in re.split(r"[/;]", _unquoted(path)):
        yield _SCRIPTS.sub("", segment)


def _ordered(path: str) -> str | None:
    """The last part of an address that an app calls, where it is a verb that as a page would only be a way in ("/api/hoso/create")."""
    last = [segment for segment in _segments(path) if segment][-1:]
    return next((segment for segment in last if _acts(segment, ordered=True)), None)


def _asks(key: str) -> bool:
    """Whether a field's name asks for an action: whole ("cmd") or at its end ("_portlet_javax.portlet.action")."""
    words = _words(key)
    return bool(words) and ("".join(words) in _ASKS or words[-1] in _ASKS)


def _mutates(value: str) -> bool:
    """Whether a value is a GraphQL document that holds a mutation, whatever stands before it."""
    return "{" in value and _MUTATION.search(value) is not None


def _unquoted(text: str) -> str:
    for _ in range(3):  # an address may be coded more than once
        if (once := unquote_plus(text)) == text:
            break
        text = once
    return text


def _hash_query(fragment: str) -> str:
    return fragment.partition("?")[2]


def _acts(word: str, *, ordered: bool = False) -> bool:
    """Whether a path segment or a query's word is an effect: a verb, alone or with what it is done to."""
    verbs = _VERBS | _ONLY_ORDERED if ordered else _VERBS
    words = _words(_unquoted(word))
    if words and words[0] in _PREFIXES:
        words = words[1:]
    if not words or len(words) > 5:
        return False
    for size in (1, 2, 3):
        verb, rest = "".join(words[:size]), words[size:]
        if verb in verbs and all(item in _OBJECTS or item.isdigit() for item in rest):
            return True
        verb, rest = "".join(words[-size:]), words[:-size]
        if verb in verbs and all(item in _OBJECTS or item.isdigit() or item == "nop" for item in rest):
            return True
    return len(words) == 1 and _glued(words[0])


def _glued(word: str) -> bool:
    """Whether a word is a verb and what it is done to, written as one ("deletehoso")."""
    return any(
        (word.startswith(verb) and word.removeprefix(verb) in _THINGS)
        or (word.endswith(verb) and word.removesuffix(verb) in _THINGS)
        for verb in _VERBS
    )


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("-", text)).replace("đ", "d").replace("Đ", "d")
    return re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).casefold())


# --- the body of a question ---------------------------------------------------------------------------------------


def _no_question(asked: Asked) -> str | None:
    """Say why the body of a POST to a reading address is no question, or None."""
    if len(asked.body) > LONGEST_QUESTION:
        return "câu hỏi quá dài, có thể mang theo hồ sơ"
    kind = asked.media_type.partition(";")[0].strip().casefold()
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True)
    elif kind == "application/json" or (not kind and not asked.body):
        try:
            pairs = list(_leaves(_read_json(asked.body or b"{}")))
        except ValueError:
            return "nội dung gửi đi không phải câu hỏi JSON"
    else:
        return f"nội dung kiểu {kind or '(không rõ)'} không phải câu hỏi"
    if (why := _postback(pairs)) is not None:
        return why
    try:
        told = [pair for one in pairs for pair in _inside(*one)]
    except _DoubtfulError:
        return "câu hỏi JSON nêu một khóa hai lần hoặc lồng quá sâu"
    for key, value in told:
        name = "".join(_words(key))
        if name == "service" and not _only_reads(value):
            return f"dịch vụ “{value}” không rõ là chỉ để đọc"
        if _asks(key) and _acts(value, ordered=True):
            return f"câu hỏi có dấu hiệu làm thay đổi dữ liệu (“{key}={value}”)"
        if _mutates(value):
            return "câu hỏi GraphQL làm thay đổi dữ liệu (“mutation”)"
        if _acts(key):
            return f"câu hỏi có dấu hiệu làm thay đổi dữ liệu (“{key}”)"
    return None


def _no_file(body: bytes, key: str) -> str | None:
    """Say that a question is not only for one file by its id, or None."""
    try:
        told = _read_json(body)
    except ValueError:
        return "câu hỏi tệp phải là JSON"
    if isinstance(told, dict) and list(told) == [key] and isinstance(told[key], str) and _ID.fullmatch(told[key]):
        return None
    return f"câu hỏi tệp phải chỉ có “{key}”"


def _only_reads(service: str) -> bool:
    """Whether the name of a service behind one address for all says that it reads, and nothing else."""
    words = set(_words(service))
    return bool(words & _READS) and not words & (_VERBS | _ONLY_ORDERED)


def _postback(pairs: list[tuple[str, str]]) -> str | None:
    """A WebForms page posts itself for everything; only turning the pages of a list is let out, no button ever."""
    fields = [(key.casefold(), value) for key, value in pairs]  # ASP.NET does not tell capitals apart
    if not {"__viewstate", "__eventtarget", "__eventvalidation"} & {key for key, _ in fields}:
        return None
    targets = [value for key, value in fields if key == "__eventtarget"]
    target = targets[0] if len(targets) == 1 else ""
    argument = " ".join(value for key, value in fields if key == "__eventargument")
    told = _words(f"{re.split(r'[$:]', target)[-1]} {argument}")
    turns = any(word.startswith(_TURNS) or word.endswith(_TURNS) for word in told)
    if not target or not turns or set(told) & (_VERBS | _ONLY_ORDERED | _BUTTONS):
        return f"nút “{target or 'không tên'}” không phải sang trang của danh sách"
    for key, _ in pairs:  # a button's own field is sent only when it is pressed
        if set(_words(key)) & _BUTTONS or key.casefold().endswith((".x", ".y")):
            return f"nút “{key}” được bấm"
    return None


def _inside(key: str, value: str) -> Iterator[tuple[str, str]]:
    """A field and, where it holds JSON itself (as in `params={…}`), what that says."""
    yield key, value
    if value.lstrip().startswith(("{", "[")):
        try:
            leaves = list(_leaves(_read_json(value.encode("utf-8", "surrogatepass"))))
        except json.JSONDecodeError:
            return
        for leaf in leaves:
            yield from _inside(*leaf)


class _DoubtfulError(ValueError):
    """JSON that two readers may read differently."""


def _read_json(body: bytes) -> object:
    """Read JSON in which no object names a key twice: of two, a server may go by the other.

    Raises:
        JSONDecodeError: it is no JSON.
        _DoubtfulError: it names a key twice, holds half a letter, or goes too deep.

    """

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        told = dict(pairs)
        if len(told) < len(pairs):
            raise _DoubtfulError
        return told

    try:
        told = json.loads(body.decode(), object_pairs_hook=once)
    except (RecursionError, UnicodeDecodeError) as error:
        raise _DoubtfulError from error
    try:
        orjson.loads(body)  # no half letters, no numbers that are none
    except orjson.JSONDecodeError as error:
        raise _DoubtfulError from error
    return told


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    else:
        yield key, str(value)
