"""Small portals on loopback for the crawl's tests: each answers like one family, and misbehaves as told."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PAGES = Path(__file__).parent / "pages"


class Asked(NamedTuple):
    """One request as the portal saw it."""

    method: str
    path: str
    body: bytes
    agent: str
    headers: Mapping[str, str]


class Answer(NamedTuple):
    """What the portal says; `wait` is an event it waits for first. Status 0: it hangs up without a word."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    wait: threading.Event | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that did not like us: it distrusts the certificate, or was killed."""
        if not isinstance(sys.exc_info()[1], (ssl.SSLError, ConnectionError)):
            super().handle_error(request, client_address)


class Portal:
    """A server on loopback; `respond` decides every answer, `asked` is what it was asked, in order."""

    def __init__(self, respond: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(
                    self.command,
                    self.path,
                    body,
                    self.headers.get("User-Agent") or "",
                    {name.lower(): value for name, value in self.headers.items()},
                )
                portal.asked.append(asked)
                answer = respond(asked)
                if answer.wait is not None:
                    answer.wait.wait(30)
                if answer.status == 0:
                    self.close_connection = True
                    return
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers or (("Content-Type", "text/html; charset=utf-8"),):
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the crawl was stopped while it waited

            do_POST = do_GET  # noqa: N815 - http.server names it

            def log_message(self, *args: object) -> None:
                del args

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}/"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def paths(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(asked.path for asked in self.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def portal(respond: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None) -> Iterator[Portal]:
    server = Portal(respond, tls)
    try:
        yield server
    finally:
        server.close()


def page(name: str) -> bytes:
    return (PAGES / name).read_bytes()


def igate1(count: int, per_page: int = 50, special: Mapping[str, Answer] | None = None) -> Callable[[Asked], Answer]:
    """An iGate 1 portal of `count` procedures; `special` overrides answers: "robots", "list", or "d7" for the detail matt=7."""

    told = special or {}

    def respond(asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        query = parse_qs(parts.query)
        if parts.path == "/robots.txt":
            return told.get("robots", Answer(404))
        if parts.path == "/bothutuc/listThuTuc":
            start = (int(query["page"][0]) - 1) * per_page
            links = "".join(
                f'<li><a class="tthc-name" href="/bothutuc/tthc?matt={n}">Thủ tục {n}</a></li>'
                for n in range(start + 1, min(start + per_page, count) + 1)
            )
            text = f'<div id="totalRecord">{count}</div><div class="list-tthc"><ul>{links}</ul></div>'
            return told.get("list", Answer(200, text.encode()))
        if parts.path == "/bothutuc/tthc":
            number = query["matt"][0]
            layout = page("igate1/table.html" if int(number) % 2 else "igate1/ul.html")
            body = layout.replace(b"<h4>", f"<h4>{number}. ".encode())
            return told.get(f"d{number}", Answer(200, body))
        return Answer(404, b"khong co trang")

    return respond


def dvcqg(
    count: int, change: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _, data: data, status: int = 201
) -> Callable[[Asked], Answer]:
    """A national portal of `count` procedures in list pages of two; `change` may alter the "list" or "detail" data."""
    detail = json.loads(page("dvcqg/detail.json"))["data"]

    def respond(asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(200, b"User-agent: *\nDisallow: /admin\n", (("Content-Type", "text/plain"),))
        if asked.method != "POST":
            return Answer(404)
        question = json.loads(asked.body)
        if asked.path.endswith("list-all-public-formality-by-citizen"):
            start = int(question.get("lastId", "0"))
            items = [{"id": f"id-{n}", "code": f"1.{n:06}", "name": "x"} for n in range(start, min(start + 2, count))]
            data = change("list", {"items": items, "lastId": str(start + 2), "total": count})
        elif asked.path.endswith("list-department-url-by-citizen"):
            row = {"formalityCode": question["search"], "departmentName": "UBND tỉnh Mẫu", "implementLevel": "FULL"}
            data = {"rows": [row], "lastId": None, "total": 1}
        else:
            number = int(question["id"].removeprefix("id-"))
            data = change("detail", {**detail, "id": question["id"], "code": f"1.{number:06}"})
        body = json.dumps({"code": "OK", "data": data}).encode()
        return Answer(status, body, (("Content-Type", "application/json"),))

    return respond
