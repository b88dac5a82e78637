"""An e-form portal that sends nothing but its app's shell: a browser shows the list and the dialogs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.records import SourceState
from tests.crawlers.portal import PAGES, Answer, Asked, portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawlers.records import SourceReport

# The app: it shows the page that its address names, made of what the server sends for it.
APP = """<!doctype html><html><head><meta charset="utf-8"></head><body><div id="root"></div>
<script>fetch("/du-lieu" + location.pathname).then((answer) => answer.text()).then((text) => { document.querySelector("#root").innerHTML = text; });</script>
</body></html>"""
SHOWN = {
    "/du-lieu/danh-sach-thu-tuc": "rendered_list.html",
    "/du-lieu/nop-ho-so/144264": "dialog.html",
    "/du-lieu/nop-ho-so/91002": "agency_in_fee.html",
}


def test_what_only_a_browser_shows_is_read(run: Callable[..., SourceReport], tmp_path: Path) -> None:
    def respond(asked: Asked) -> Answer:
        path = urlsplit(asked.path).path
        if path in SHOWN:
            return Answer(200, (PAGES / "eform" / SHOWN[path]).read_bytes())
        if path.startswith("/du-lieu/") or path == "/robots.txt":
            return Answer(404)
        return Answer(200, APP.encode())

    with portal(respond) as site:
        report = run("eform", site.url)
        assert {asked.method for asked in site.asked} == {"GET"}
    assert (report.state, report.listed, report.read) == (SourceState.PARTIAL, 3, 2)
    (fault,) = report.faults
    assert (fault.kind, fault.url) == ("changed", f"{site.url}nop-ho-so/144265")
    records = [json.loads(line) for line in (tmp_path / "published.jsonl").read_text().splitlines()]
    assert [record["code"] for record in records] == ["2.001035", "1.001193.000.00.00.H99[2]"]
    assert records[0]["source"]["url"] == f"{site.url}nop-ho-so/144264"
