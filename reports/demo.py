"""The demonstration: audit the sample province from crawl to report, and count what was found against the truth about it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from audits.catalogue import read_records, read_side_file
from audits.reading.text import fold
from audits.run import begin, carry_out, with_recommendations
from audits.store import open_store
from crawlers.crawl import crawl_catalogue
from crawlers.records import SourceState
from crawlers.settings import settings
from crawlers.targets import read_targets
from reports import progress
from reports.formats import load
from reports.labels import rule_title, severity_label
from reports.translation import VIETNAM, translator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.audit import Audit
    from audits.store import Store

CHECKOUT = Path(__file__).resolve().parents[1]
_SIDES = ("repealed", "specific", "fees")
_Key = tuple[str, str, str, str]


class DemoError(ValueError):
    """The demonstration cannot run; one sentence that says what is missing."""


def run_demo(out: Path) -> None:
    """Start the sample portals on loopback, audit them into `out` (made anew), print the findings and how they fared.

    Raises:
        DemoError: the sample province is not there or does not start, or a source could not be read.

    """
    if not (CHECKOUT / "fixtures" / "__main__.py").is_file():
        raise DemoError(
            f"{CHECKOUT}: không có thư mục fixtures; tỉnh Mẫu chỉ đi cùng mã nguồn, hãy chạy từ bản sao kho mã"
        )
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    today = datetime.now(VIETNAM).date()
    with _portals(out / "portals") as portals, open_store(f"sqlite:///{out / 'demo.db'}") as store:
        _import_catalogue(store, portals, out, today)
        targets = read_targets(Path(portals["targets"]))
        audit_id = begin(store, targets, title="Kiểm tra thử tỉnh Mẫu", on=today)
        with progress.crawling("Thu thập") as show:
            reports = carry_out(store, audit_id, out / "captures", show)
        audit = with_recommendations(store, store.audit(audit_id))
        found = _found(store, audit)
    _tell(audit)
    for name in ("html", "xlsx", "jsonl"):
        chosen = load(name)
        chosen.write(audit, out / f"report{chosen.SUFFIX}")
    if unread := [report.target for report in reports if report.state is not SourceState.OK]:
        raise DemoError(
            f"các nguồn mẫu sau không đọc được trọn vẹn: {', '.join(unread)}; xem {out / 'captures' / 'crawl.log'}"
        )
    _count(found, CHECKOUT / "fixtures" / "truth.jsonl")
    print(f"Báo cáo: {(out / 'report.html').resolve()}")


@contextmanager
def _portals(folder: Path) -> Iterator[dict[str, Any]]:
    """Run the sample portals in a child process; yields the one JSON line it prints when they answer."""
    command = [sys.executable, "-m", "fixtures", "--port", "0", "--out", str(folder.resolve())]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own program
        try:
            line = child.stdout.readline() if child.stdout else ""
            if not line:
                raise DemoError("các cổng mẫu không khởi động được; xem thông báo lỗi ở trên")
            yield json.loads(line)
        finally:
            child.terminate()
            said = child.communicate()[0].splitlines()
        # The portals count whatever was not a reading request.
        if said and (refused := json.loads(said[-1]).get("refused")):
            raise DemoError(f"các cổng mẫu đã phải từ chối yêu cầu làm thay đổi dữ liệu: {refused}")


def _import_catalogue(store: Store, portals: dict[str, Any], out: Path, today: date) -> None:
    raw = out / "catalogue.jsonl"
    with progress.crawling("Tải danh mục") as show:
        report = crawl_catalogue(
            portals["national"], raw=raw, captures=out / "catalogue", delay=0, parallel=8, progress=show
        )
    if report.state is not SourceState.OK:
        raise DemoError(
            f"cổng quốc gia mẫu không trả đủ danh mục: {report.faults[0].why if report.faults else report.state}"
        )
    digest, records = read_records(raw)
    sides = {name: read_side_file(out / "portals" / f"{name}.jsonl") for name in _SIDES}
    store.add_catalogue(records, digest=digest, as_of=today, origin=portals["national"], **sides)


def _found(store: Store, audit: Audit) -> Counter[_Key]:
    """Return what was found: (target, rule, procedure, document) of every finding, texts folded."""
    published = {source.target: store.published(audit.id, source.target) for source in audit.sources}
    found: Counter[_Key] = Counter()
    for item in audit.findings:
        document = ""
        if item.finding.line is not None and item.finding.document is not None:
            documents = published[item.target][item.finding.line].documents or ()
            document = documents[item.finding.document].name or ""
        found[item.target, item.finding.rule, fold(item.procedure), fold(document)] += 1
    return found


def _tell(audit: Audit) -> None:
    _ = translator(settings().language)
    by_source = Counter((item.agency, item.finding.rule, item.finding.severity) for item in audit.findings)
    print(_("Dấu hiệu theo đơn vị"))
    table = Table()
    for column in (_("Đơn vị"), _("Dấu hiệu"), _("Mức"), _("Số lượng")):
        table.add_column(column, overflow="fold")
    for (agency, rule, severity), count in sorted(
        by_source.items(), key=lambda item: (item[0][0], -item[1], item[0][1])
    ):
        table.add_row(agency, rule_title(rule, _), severity_label(severity, _), str(count))
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _count(found: Counter[_Key], truth: Path) -> None:
    rows = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    seeded: dict[str, Counter[_Key]] = {"defect": Counter(), "praise": Counter()}
    for row in rows:
        if row["kind"] in seeded:
            seeded[row["kind"]][row["target"], row["rule"], fold(row["name"] or ""), fold(row["document"] or "")] += 1
    defects, praises = seeded["defect"], seeded["praise"]
    false = found - defects - praises
    for key in sorted((defects - found) + (praises - found)):
        print(f"  missed: {' | '.join(key)}")
    for key in sorted(false):
        print(f"  false:  {' | '.join(key)}")
    lawful = sum(row["kind"] == "lawful" for row in rows)
    print(
        f"{(found & praises).total()} of {praises.total()} good practices praised, {lawful} lawful differences seeded"
    )
    print(f"found {(found & defects).total()} of {defects.total()} seeded defects, {false.total()} false signs")
