from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from audits.rules import rules
from reports.formats import html
from reports.labels import rule_title
from reports.pictures import as_data
from tests.reports import sample

if TYPE_CHECKING:
    from pathlib import Path

    from selectolax.lexbor import LexborNode

    from audits.audit import Audit

AUDITS = {
    "ordinary": sample.ORDINARY,
    "visited": sample.VISITED,
    "hostile": sample.HOSTILE,
    "nothing found": sample.NOTHING_FOUND,
    "nothing seen": sample.NOTHING_SEEN,
    "empty": sample.EMPTY,
}


def tree(audit: Audit, language: str = "vi") -> LexborHTMLParser:
    return LexborHTMLParser("".join(html.page(audit, language)).encode("utf-8", "replace"))


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    node = page.css_first(selector)
    assert node is not None, selector
    return node


def text(page: LexborHTMLParser | LexborNode, selector: str) -> str:
    node = one(page, selector)
    return re.sub(r"\s+", " ", node.text()).strip()


@pytest.mark.parametrize("audit", AUDITS.values(), ids=AUDITS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_page_is_self_contained_and_well_built(audit: Audit, language: str) -> None:
    page = tree(audit, language)
    assert one(page, "html").attributes["lang"] == language
    assert len(page.css("h1")) == 1
    assert "default-src 'none'" in (one(page, "meta[http-equiv]").attributes["content"] or "")
    assert not page.css("[src], link:not([href='data:,']), [style], img, iframe, object, embed, base, [onerror]")
    assert len(page.css("script")) == 1
    assert not re.search(r"url\(|@import", one(page, "style").text())
    for link in page.css("a"):
        assert re.match(r"https?://|#", link.attributes["href"] or ""), "only web addresses and places in the page"
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    for name in ("aria-labelledby", "for"):
        for node in page.css(f"[{name}]"):
            assert set((node.attributes[name] or "").split()) <= set(ids)


@pytest.mark.parametrize("audit", AUDITS.values(), ids=AUDITS)
def test_every_finding_is_there_and_good_practice_is_apart(audit: Audit) -> None:
    page = tree(audit)
    signs = {f"dau-hieu-{item.id}" for item in audit.findings if item.finding.severity is not None}
    good = {f"bieu-duong-{item.id}" for item in audit.findings if item.finding.severity is None}
    assert {node.attributes["id"] for node in page.css(".agency > .finding")} == signs
    assert {node.attributes["id"] for node in page.css("section > .finding")} == good
    assert text(page, ".figures .signs .value") == str(len(signs))


def test_a_finding_shows_all_that_an_objection_needs() -> None:
    page = tree(sample.ORDINARY)
    item = sample.FINDINGS[0]
    shown = text(page, "#dau-hieu-1")
    for part in (
        rule_title("longer_time", str), "Mức cao", item.procedure, "1.012756.H99", str(item.finding.why), *item.finding.law,
        item.evidence.capture, item.evidence.url, item.evidence.place, "03:31 ngày 02/11/2026",
    ):  # fmt: skip
        assert part in shown, part
    assert [node.text() for node in page.css("#dau-hieu-1 del")] == ["12", "hai"]
    assert [node.text() for node in page.css("#dau-hieu-1 ins")] == ["17", "bảy"]
    assert "Nơi công khai không có nội dung này." in text(page, "#dau-hieu-8")


def test_a_decision_stands_beside_its_sign() -> None:
    page = tree(sample.ORDINARY)
    assert "(đã bác)" in text(page, "#dau-hieu-7 .rule")
    shown = text(page, "#dau-hieu-7")
    assert "Văn phòng UBND tỉnh bác ngày 11/11/2026: đơn vị đã giải trình" in shown
    assert "từ đó là khác biệt hợp pháp số 4" in shown
    assert "đã bác" not in text(page, "#dau-hieu-6").lower()


def test_lawful_differences_are_listed_openly() -> None:
    rows = [text(row, "tr") for row in tree(sample.ORDINARY).css("section[aria-labelledby=da-cong-nhan] tbody tr")]
    assert len(rows) == len(sample.APPLIED)
    for part in (
        "1.001193",
        rule_title("expired_paper", str),
        sample.WARD.agency,
        "Sổ hộ khẩu",
        "30/06/2027",
        "h99-p1",
    ):
        assert part in rows[0]
    for part in ("mọi nơi", "cả thủ tục", "không thời hạn", "1.200"):
        assert part in rows[1]
    assert "không áp dụng" in text(tree(sample.EMPTY), "section[aria-labelledby=da-cong-nhan] .lead")


def test_hostile_text_is_shown_and_never_markup() -> None:
    page = tree(sample.HOSTILE)
    assert text(page, "h1") == sample.SCRIPT
    assert sample.SCRIPT in text(page, "#dau-hieu-1 .procedure")
    assert "{{ 7*7 }}" in text(page, "#bieu-duong-7 .why")
    assert "a_rule_that_is_gone" in text(page, "#dau-hieu-2 .rule")
    assert not [link for link in page.css("a") if "javascript" in (link.attributes["href"] or "")]
    assert "và 5 điều nữa" in text(page, ".faults")


def test_what_could_not_be_checked_is_prominent_and_blames_nobody() -> None:
    page = tree(sample.ORDINARY)
    notice = text(page, "#nguon-khong-kiem-tra")
    assert "2 trên 6 nguồn" in notice
    assert "không phải lỗi của cơ quan" in notice
    assert "Sở Y tế tỉnh Mẫu" in notice
    rows = {text(row, "th"): text(row, "td") for row in page.css("table[aria-labelledby=theo-co-quan] tbody tr")}
    assert rows["Sở Y tế tỉnh Mẫu"] == "không kiểm tra được"
    assert rows["UBND phường Bến Đò"] == "không có dấu hiệu"
    assert rows["UBND tỉnh Mẫu"] == "cao 3 · trung bình 1 · thấp 1"


def test_reasons_are_shown_without_their_gaps() -> None:
    row = next(row for row in tree(sample.ORDINARY).css(".grid tr") if rule_title("extra_document", str) in row.text())
    assert "cần người xem (gần nhất: …) (4)" in row.text()


@pytest.mark.parametrize(
    ("audit", "said"),
    [
        (sample.NOTHING_FOUND, "Không thấy dấu hiệu nào trong 118 thủ tục đã đọc."),
        (sample.NOTHING_SEEN, "Chưa có kết luận"),
        (sample.EMPTY, "Chưa có kết luận"),
    ],
)
def test_no_sign_is_not_the_same_as_nothing_seen(audit: Audit, said: str) -> None:
    assert said in text(tree(audit), "section[aria-labelledby=noi-dung] .lead")


def test_the_english_page_fills_translated_sentences() -> None:
    page = tree(sample.ORDINARY, "en")
    assert text(page, "#so-lieu") == "Key figures"
    assert "2 November 2026, 03:31" in text(page, "#dau-hieu-1")
    assert text(page, "#dau-hieu-1 .rule") == "Longer time limit"


def test_write_uses_the_language_of_the_settings(tmp_path: Path) -> None:
    html.write(sample.ORDINARY, tmp_path / "f.html")
    assert '<html lang="vi">' in (tmp_path / "f.html").read_text(encoding="utf-8")


def test_recommendations_stand_apart_from_the_findings() -> None:
    section = one(tree(sample.ORDINARY), "section[aria-labelledby=kien-nghi]")
    rows = [[re.sub(r"\s+", " ", cell.text()).strip() for cell in row.css("td, th")] for row in section.css("tbody tr")]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("1.001739", "Còn yêu cầu giấy tờ hết giá trị", "Bản sao sổ hộ khẩu"),
        ("1.002179", "Còn ghi cấp huyện", "Bảo hiểm xã hội cấp huyện"),
    ]
    assert "không phải lỗi của cơ quan được kiểm tra" in section.text()
    assert not section.css("details.finding")
    assert tree(sample.NOTHING_FOUND).css_first("section[aria-labelledby=kien-nghi]") is None


def test_every_finding_suggests_a_remedy() -> None:
    page = tree(sample.ORDINARY)
    told = {re.sub(r"\s+", " ", node.text()).strip() for node in page.css("details.finding dd")}
    assert {rules()[item.finding.rule].remedy for item in sample.ORDINARY.findings} <= told


def test_visits_are_told_by_outcome_and_what_could_not_be_seen_blames_nobody() -> None:
    page = tree(sample.VISITED)
    table = one(page, ".outcomes")
    head = [re.sub(r"\s+", " ", cell.text()).strip() for cell in table.css("thead th")]
    (row,) = [[cell.text().strip() for cell in line.css("th, td")] for line in table.css("tbody tr")]
    assert dict(zip(head[1:], row[1:], strict=True)) == {
        "tới được biểu mẫu điện tử": "1",
        "tới được trang đăng nhập": "1",
        "không kiểm tra được": "1",
        "đăng nhập vòng quanh": "1",
        "không hoạt động": "2",
        "Đã thử": "6",
        "Yêu cầu bị chặn": "3",
    }
    notice = text(page, "section[aria-labelledby=truc-tuyen] .notice")
    assert "Không kết luận được về 2 dịch vụ." in notice
    assert "không phải lỗi của cơ quan" in notice
    assert "lỗi mới gặp một lần, chưa tính" in notice
    assert "Ngoài khung giờ được phép truy cập." in notice
    section = text(page, "section[aria-labelledby=truc-tuyen]")
    assert "1 dịch vụ dừng ở lỗi của hệ thống dùng chung quốc gia" in section
    assert "3 yêu cầu của các trang đã bị chặn" in section
    # What arrived and shows nothing is only counted.
    assert [node.text() for node in page.css(".visits > .visit > summary .code")] == [
        "1.012756.H99", "2.000908.H99", "1.001193.H99", "2.000488.H99", "2.000908.H99"
    ]  # fmt: skip
    assert tree(sample.ORDINARY).css_first("section[aria-labelledby=truc-tuyen]") is None


def test_public_measures_are_told_by_target_with_where_they_were_read() -> None:
    page = tree(sample.VISITED)
    (table,) = page.css(".measures")
    assert "UBND tỉnh Mẫu (h99-portal): 6 dịch vụ đã thử" in text(page, ".measures > summary")
    head = [re.sub(r"\s+", " ", cell.text()).strip() for cell in table.css("thead th")]
    assert head[2:6] == ["đạt", "đạt một phần", "chưa đạt", "không xem được"]
    rows = {
        tuple(cell.text().strip() for cell in row.css("td")): one(row, "th").text()
        for row in table.css("tbody tr")
        if row.css("td")
    }
    told = next(cells for cells, question in rows.items() if question.startswith("Tỷ lệ TTHC cung cấp"))
    assert told[1:] == ("2", "0", "1", "3", "nguyên văn theo bản đã đọc")
    assert all(cells[3] == "0" for cells, question in rows.items() if "Đường dây nóng" in question)
    measures = [node.text() for node in table.css(".measure")]
    assert len(measures) == 4
    assert all("Đã đọc trong:" in measure for measure in measures)
    assert "không bị tính là chưa đạt" in text(page, "section[aria-labelledby=truc-tuyen]")


def test_a_sign_from_a_visit_leads_to_its_steps() -> None:
    page = tree(sample.VISITED)
    links = [node.attributes["href"] for node in page.css("#dau-hieu-11 a, #dau-hieu-12 a")]
    assert links.count("#luot-thu-1") == 2
    assert not page.css("#dau-hieu-11 del, #dau-hieu-11 ins"), "what was seen is no wording of what is expected"
    steps = [[cell.text().strip() for cell in row.css("th, td")] for row in page.css("#luot-thu-1 .steps tbody tr")]
    assert steps[0] == ["1. Mở cổng", "http://127.0.0.1:8101/", "200", "120"]
    assert steps[2][2:] == ["–", "–"]
    shown = text(page, "#luot-thu-1")
    for part in (
        "không hoạt động",
        "Kết cục: broken.",
        "lần 2: broken",
        "Mẫu số 01: liên kết chết (HTTP 404)",
        "Toàn trình",
    ):
        assert part in shown
    assert "journeys/aa/sheet.jpg" in shown, "without its file the picture is named"
    assert "hệ thống dùng chung của quốc gia" in text(page, "#luot-thu-4")


def test_the_picture_of_a_journey_is_in_the_page_and_small(tmp_path: Path) -> None:
    (tmp_path / "journeys/aa").mkdir(parents=True)
    Image.effect_noise((1800, 1400), 60).convert("RGB").save(tmp_path / "journeys/aa/sheet.jpg")
    page = LexborHTMLParser("".join(html.page(sample.VISITED, "vi", tmp_path)))
    (picture,) = page.css("img")
    assert (picture.attributes["src"] or "").startswith("data:image/jpeg;base64,")
    assert len(picture.attributes["src"] or "") < (tmp_path / "journeys/aa/sheet.jpg").stat().st_size
    assert picture.attributes["alt"]
    (tmp_path / "journeys/aa/sheet.jpg").write_bytes(b"not a picture")
    assert not LexborHTMLParser("".join(html.page(sample.VISITED, "vi", tmp_path))).css("img")


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/passwd", "a/../../b.jpg", "", None])
def test_no_picture_is_taken_from_outside_the_captures(name: str | None, tmp_path: Path) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.jpg")
    (tmp_path / "in").mkdir()
    assert as_data(tmp_path / "in", name) is None
