"""The portal families: which there are, and which one a site is."""

from __future__ import annotations

from typing import Annotated

import typer

from crawlers.detect import GENERIC, Detection
from crawlers.detect import detect as detect_site
from crawlers.platforms import load, names
from reports import progress
from reports.terminal import DONE, PARTLY, Json, print_json, print_table, print_text, resumable, say
from reports.terminal import translate as _translate

app = typer.Typer(help="Các họ cổng dịch vụ công mà soát đọc được.", no_args_is_help=True)


@app.command("list")
def platform_list(as_json: Json = False) -> None:
    """Liệt kê các họ cổng: tên ghi trong targets.toml, và là gì."""
    titles = {name: _translate(load(name).TITLE) for name in names()}
    if as_json:
        print_json([{"platform": name, "title": title} for name, title in titles.items()])
        return
    print_table(_translate("Các họ cổng"), ("platform", _translate("Họ cổng")), titles.items())


@app.command("detect")
def platform_detect(
    url: Annotated[str, typer.Argument(metavar="URL", help="Địa chỉ của cổng.")], as_json: Json = False
) -> None:
    """Cho biết một cổng thuộc họ nào, nhận ra nhờ đâu; chỉ đọc, mỗi lần một trang."""
    with resumable("Chạy lại lệnh để xem lại từ đầu."), progress.waiting(_translate("Nhận diện")):
        found = detect_site(url)
    if as_json:
        print_json(_record(found))
    else:
        _tell(found)
    raise typer.Exit(PARTLY if found.platform is None else DONE)


def _record(found: Detection) -> dict[str, object]:
    return {
        "url": found.url,
        "platform": found.platform,
        "families": [
            {"platform": family.platform, "signs": [{"url": url, "why": why} for url, why in family.signs]}
            for family in found.families
        ],
        "asked": found.asked,
        "faults": [{"kind": fault.kind, "url": fault.url, "why": fault.why} for fault in found.faults],
    }


def _tell(found: Detection) -> None:
    if found.platform is None:
        print_text(_translate("{url}: không kiểm tra được thuộc họ nào").format(url=found.url))
    elif found.platform == GENERIC:
        print_text(
            _translate(
                "{url}: không mang dấu của họ nào đã biết ({count} trang đã xem); đọc như trang thông tin thường: platform = “generic”"
            ).format(url=found.url, count=found.asked)
        )
    else:
        title = _translate(load(found.platform).TITLE)
        print_text(
            _translate("{url}: {title}; ghi platform = “{platform}” trong targets.toml").format(
                url=found.url, title=title, platform=found.platform
            )
        )
        print_table(
            _translate("Nhận ra nhờ"),
            ("platform", _translate("Địa chỉ"), _translate("Dấu hiệu")),
            ((family.platform, address, why) for family in found.families for address, why in family.signs),
        )
    for fault in found.faults:
        say(fault.why)
