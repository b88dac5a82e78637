"""Hand-made audits for the formats: an ordinary one, a hostile one, an empty one, one that saw nothing, a very large one."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from audits.audit import (
    Applied,
    Audit,
    AuditedFinding,
    AuditedSource,
    AuditedVisit,
    CatalogueVersion,
    Decision,
    Evidence,
    RuleCount,
    Unvisited,
)
from audits.lawful import LawfulDifference
from audits.procedure import Finding, Sentence, Severity
from audits.recommendations import Recommendation
from crawlers.records import Fault, SourceState
from crawlers.service_visits import Attempt, FileState, FormFile, Outcome, Refused, ServiceVisit, Step
from crawlers.service_visits import Evidence as Shown

HIGH, MEDIUM, LOW = Severity
START = datetime(2026, 11, 1, 20, 30, tzinfo=UTC)
ND_63 = "Nghị định số 63/2010/NĐ-CP (được sửa đổi, bổ sung bởi Nghị định số 48/2013/NĐ-CP, Nghị định số 92/2017/NĐ-CP)"

PROVINCE = AuditedSource(
    "h99-portal", "UBND tỉnh Mẫu", "province", "http://127.0.0.1:8101/", SourceState.OK, 412, 412, ()
)
DEPARTMENT = AuditedSource(
    "h99-stp", "Sở Tư pháp tỉnh Mẫu", "department", "http://127.0.0.1:8102/danh-muc.docx", SourceState.PARTIAL, 58, 55,
    tuple(Fault("row", f"http://127.0.0.1:8102/danh-muc.docx#{n}", "Dòng bị cắt giữa hai trang, không đọc được mã thủ tục.") for n in range(3)),
)  # fmt: skip
WARD = AuditedSource(
    "h99-p1", "UBND phường Trung Tâm", "commune", "http://127.0.0.1:8103/", SourceState.OK, 120, 120, ()
)
CLEAN = AuditedSource("h99-p2", "UBND phường Bến Đò", "commune", "http://127.0.0.1:8104/", SourceState.OK, 118, 118, ())
BLOCKED = AuditedSource(
    "h99-syt", "Sở Y tế tỉnh Mẫu", "department", "http://127.0.0.1:8105/", SourceState.BLOCKED, 0, 0,
    (Fault("blocked", "http://127.0.0.1:8105/thu-tuc?trang=1", "Trang trả lời bằng màn hình kiểm tra trình duyệt ở mọi địa chỉ."),),
)  # fmt: skip
UNREACHABLE = AuditedSource(
    "h99-x3", "UBND xã Núi Đôi", "commune", "http://127.0.0.1:8106/", SourceState.UNREACHABLE, 0, 0,
    (Fault("timeout", "http://127.0.0.1:8106/", "Không kết nối được sau ba lần thử cách nhau một phút."),),
)  # fmt: skip


def finding(  # noqa: PLR0917 - a table of findings reads best in columns
    number: int,
    source: AuditedSource,
    rule: str,
    severity: Severity | None,
    procedure: tuple[str, str],
    expected: str,
    found: str,
    why: str | Sentence,
    **changed: object,
) -> AuditedFinding:
    """Return one finding; `procedure` is (national code, name), `changed` replaces fields of the inner Finding."""
    code, name = procedure
    inner = Finding(
        rule=rule,
        rule_version=1,
        severity=severity,
        code=code,
        line=number,
        document=None,
        expected=expected,
        found=found,
        where="documents[0].name",
        law=(f"khoản 6 Điều 18 {ND_63}", "Điều 20 Nghị định số 118/2025/NĐ-CP"),
        why=Sentence(why) if isinstance(why, str) else why,
    )
    return AuditedFinding(
        id=number,
        target=source.target,
        agency=source.agency,
        procedure=name,
        published_code=f"{code}.H99",
        official=code,
        finding=replace(inner, **changed),  # type: ignore[arg-type]
        evidence=Evidence(
            capture=hashlib.sha256(f"{number}".encode()).hexdigest(),
            url=f"{source.url}bothutuc/tthc?matt={number}",
            captured_at=START + timedelta(minutes=number % 600),
            place="bảng “Thành phần hồ sơ”, dòng 3",
            catalogue_version=hashlib.sha256(b"catalogue").hexdigest(),
            rule_version=1,
        ),
    )


BIRTH = ("1.001193", "Thủ tục đăng ký khai sinh")
LAND = ("1.012756", "Đăng ký đất đai lần đầu đối với trường hợp được Nhà nước giao đất để quản lý")
COPY = ("2.000908", "Cấp bản sao từ sổ gốc")
BUSINESS = ("1.001612", "Cấp giấy chứng nhận đăng ký hộ kinh doanh")
RECORD = ("2.000488", "Cấp Phiếu lý lịch tư pháp số 1")

FINDINGS: tuple[AuditedFinding, ...] = (
    finding(
        1, PROVINCE, "longer_time", HIGH, LAND,
        "Không quá 12 (mười hai) ngày làm việc kể từ ngày nhận được hồ sơ hợp lệ",
        "Không quá 17 (mười bảy) ngày làm việc kể từ ngày nhận được hồ sơ hợp lệ",
        "Thời hạn công khai dài hơn quy định 5 ngày làm việc.",
    ),
    finding(
        2, PROVINCE, "extra_document", HIGH, BUSINESS, "Không có giấy tờ này trong thành phần hồ sơ",
        "Giấy xác nhận của tổ dân phố về địa điểm kinh doanh",
        "Nơi công khai đòi một giấy tờ không có trong thành phần hồ sơ theo quy định.",
    ),
    finding(
        3, PROVINCE, "higher_fee", HIGH, BUSINESS, "100.000 đồng/lần", "150.000 đồng/lần",
        "Lệ phí công khai cao hơn mức quy định 50.000 đồng.",
    ),
    finding(
        4, PROVINCE, "certified_copy_required", MEDIUM, LAND,
        "Bản sao Giấy chứng nhận quyền sử dụng đất (nếu có)",
        "Bản sao có chứng thực Giấy chứng nhận quyền sử dụng đất",
        "Quy định nhận bản sao, nơi công khai đòi bản sao có chứng thực.",
    ),
    finding(
        5, PROVINCE, "malformed_code", LOW, COPY, "Mã dạng X.NNNNNN", "2.00908.H99",
        "Mã thủ tục thiếu một chữ số nên người dân tra cứu không ra.",
    ),
    finding(
        6, WARD, "expired_paper", HIGH, BIRTH, "Giấy tờ này không còn giá trị sử dụng từ ngày 01/01/2023",
        "Sổ hộ khẩu của cha, mẹ (bản chính để đối chiếu)",
        "Nơi công khai vẫn đòi sổ hộ khẩu, giấy tờ đã hết giá trị sử dụng.",
    ),
    finding(
        7, WARD, "excess_copies", MEDIUM, BIRTH, "Bản chính: 1 - Bản sao: 0", "Bản chính: 1 - Bản sao: 2",
        "Nơi công khai đòi nhiều hơn quy định 2 bản sao.",
    ),
    finding(
        8, WARD, "missing_part", MEDIUM, COPY, "Phải nêu thời hạn giải quyết", "",
        "Phần thời hạn giải quyết để trống.",
    ),
    finding(
        9, DEPARTMENT, "open_ended_document", HIGH, RECORD,
        "Tờ khai yêu cầu cấp Phiếu lý lịch tư pháp theo mẫu; bản sao thẻ căn cước hoặc hộ chiếu",
        "Tờ khai yêu cầu cấp Phiếu lý lịch tư pháp theo mẫu; bản sao thẻ căn cước hoặc hộ chiếu; giấy tờ khác có liên quan",
        "Yêu cầu “giấy tờ khác có liên quan” không nói rõ là giấy tờ gì.",
    ),
    finding(
        10, DEPARTMENT, "shorter_time", None, RECORD, "10 ngày làm việc", "6 ngày làm việc",
        "Thời hạn công khai ngắn hơn quy định 4 ngày làm việc.",
    ),
)  # fmt: skip

DECISIONS = (
    Decision(1, "dismissed", START + timedelta(days=9), "đơn vị đã giải trình", "Văn phòng UBND tỉnh"),
    Decision(2, "dismissed", START + timedelta(days=10), "có nghị quyết của HĐND tỉnh", None, 4),
)
FINDINGS = tuple(replace(item, decisions=DECISIONS) if item.id == 7 else item for item in FINDINGS)
DIFFERENCE = LawfulDifference(
    "1.001193", "expired_paper", "Nghị quyết 12 của HĐND tỉnh", WARD.agency, "Sổ hộ khẩu", until=date(2027, 6, 30), id=3
)
APPLIED = (
    Applied("h99-p1", DIFFERENCE, 3),
    Applied("h99-p2", replace(DIFFERENCE, unit=None, paper=None, until=None, since=date(2026, 1, 1), id=4), 1200),
)

COUNTS = (
    RuleCount("h99-portal", "longer_time", 380, 1, (("Không có thời hạn ở danh mục chính thức.", 21), ("Đơn vị thời gian không so được.", 10))),
    RuleCount("h99-p1", "longer_time", 118, 0, (("Không có thời hạn ở danh mục chính thức.", 2),)),
    RuleCount("h99-portal", "higher_fee", 301, 1, (("Mức phí do HĐND cấp tỉnh quyết định, chưa có nghị quyết để đối chiếu.", 110),)),
    RuleCount("h99-p1", "expired_paper", 119, 1, ()),
    RuleCount("h99-portal", "extra_document", 344, 1, (("chưa xác định chắc thủ tục tương ứng, cần người xem (gần nhất: {candidates})", 4),)),
)  # fmt: skip

RECOMMENDATIONS = (
    Recommendation("1.001739", "Nhận chăm sóc, nuôi dưỡng đối tượng cần bảo vệ khẩn cấp", "expired_paper", "Bản sao sổ hộ khẩu",
        Sentence("Danh mục còn yêu cầu “{paper}”, giấy tờ không còn giá trị sử dụng từ ngày {since}.", {"paper": "sổ hộ khẩu", "since": "01/01/2023"})),
    Recommendation("1.002179", "Giải quyết hưởng chế độ thai sản", "abolished_level", "Bảo hiểm xã hội cấp huyện",
        Sentence("Danh mục còn ghi cấp huyện, trong khi cấp huyện đã kết thúc hoạt động từ ngày 01/07/2025.")),
)  # fmt: skip

ORDINARY = Audit(
    id=7,
    title="Kiểm tra việc công khai thủ tục hành chính tại tỉnh Mẫu, tháng 11/2026",
    on=date(2026, 11, 1),
    started_at=START,
    finished_at=START + timedelta(minutes=47),
    catalogue=CatalogueVersion(
        hashlib.sha256(b"catalogue").hexdigest(), date(2026, 10, 28), "Cơ sở dữ liệu quốc gia về TTHC", 6312
    ),
    sources=(PROVINCE, DEPARTMENT, WARD, CLEAN, BLOCKED, UNREACHABLE),
    findings=FINDINGS,
    counts=COUNTS,
    applied=APPLIED,
    recommendations=RECOMMENDATIONS,
)

STEPS = (
    Step("Mở cổng", "http://127.0.0.1:8101/", 200, 120, "sha256:" + "1" * 64, "journeys/11/1.jpg"),
    Step("Trang thủ tục", "http://127.0.0.1:8101/thu-tuc/1", 200, 310, "sha256:" + "2" * 64),
    Step("Bấm “Nộp trực tuyến”", "http://127.0.0.1:8101/nop", None, None),
)


def visit(outcome: Outcome, procedure: tuple[str, str], times: int = 2, **told: object) -> ServiceVisit:
    """Return a visit to the service of a procedure, (national code, name), that ended so, attempted so often."""
    code, name = procedure
    attempts = tuple(Attempt(START.isoformat(), outcome, f"lần {n + 1}: {outcome}") for n in range(times))
    values: dict[str, object] = {"service_level": "Toàn trình", "why": f"Kết cục: {outcome}.", **told}
    return ServiceVisit(
        "h99-portal", f"{code}.H99", name, outcome, steps=STEPS, at=START.isoformat(), attempts=attempts, **values,  # type: ignore[arg-type]
    )  # fmt: skip


VISITS = tuple(
    AuditedVisit(PROVINCE.target, PROVINCE.agency, place, seen, earlier)
    for place, (seen, earlier) in enumerate(
        (
            (visit(Outcome.BROKEN, LAND, forms=(FormFile("Mẫu số 01", "http://127.0.0.1:8101/m", FileState.DEAD, "HTTP 404"),), refused=(Refused("POST", "http://127.0.0.1:8101/gui", "không gửi gì"),) * 3, evidence=Shown(contact_sheet="journeys/aa/sheet.jpg")), ()),
            (visit(Outcome.REACHED_LOGIN, BUSINESS, times=1), ()),
            (visit(Outcome.BLOCKED, COPY, times=1), ()),
            (visit(Outcome.LOGIN_LOOP, BIRTH, times=1), ()),
            (visit(Outcome.BROKEN, RECORD, attributed_to="national"), ()),
            (visit(Outcome.REACHED_FORM, COPY), (visit(Outcome.BROKEN, COPY),)),
        )
    )
)  # fmt: skip

VISITED = replace(
    ORDINARY,
    visits=VISITS,
    unvisited=(Unvisited(WARD.target, WARD.agency, Fault("window", WARD.url, "Ngoài khung giờ được phép truy cập.")),),
    findings=(
        *FINDINGS,
        finding(11, PROVINCE, "broken_e_service", HIGH, LAND, "Nộp được hồ sơ trực tuyến", "Kết cục: broken.", "Dịch vụ không dùng được.", line=None, visit=0, where="outcome"),
        finding(12, PROVINCE, "broken_form_link", MEDIUM, LAND, "Biểu mẫu mở được", "HTTP 404", "Biểu mẫu không tải được.", line=None, visit=0, paper="Mẫu số 01", where="forms[0].state"),
    ),
)  # fmt: skip

NOTHING_FOUND = replace(ORDINARY, sources=(CLEAN,), findings=(), counts=(), applied=(), recommendations=())

NOTHING_SEEN = replace(ORDINARY, sources=(BLOCKED, UNREACHABLE), findings=(), counts=(), applied=(), recommendations=())

EMPTY = replace(
    ORDINARY, title="", sources=(), findings=(), counts=(), applied=(), recommendations=(), finished_at=None
)

SCRIPT = "<script>document.title='hỏng'</script><img src=http://evil.example/x onerror=alert(1)>"
HOSTILE_AGENCY = replace(PROVINCE, agency=f'UBND "{SCRIPT}"', target="'\"><b>", url="javascript:alert(1)")
DECOMPOSED = unicodedata.normalize("NFD", "Giấy chứng nhận quyền sử dụng đất")
LONG = "giấy tờ số 1 và " * 625

HOSTILE = replace(
    ORDINARY,
    title=SCRIPT,
    sources=(HOSTILE_AGENCY, replace(BLOCKED, agency="=1+1", faults=(Fault("x", "ftp://máy/", SCRIPT),) * 25)),
    findings=(
        replace(
            finding(1, HOSTILE_AGENCY, "longer_time", HIGH, ("1.000001", SCRIPT), SCRIPT, f"{SCRIPT}!", SCRIPT),
            decisions=(Decision(1, "dismissed", START, SCRIPT, "=cmd()"),),
        ),
        finding(2, HOSTILE_AGENCY, "a_rule_that_is_gone", LOW, ("=cmd()", "=cmd|' /C calc'!A0"), "=cmd()", "+1", "-1", law=("@SUM(A1)",)),
        finding(3, HOSTILE_AGENCY, "extra_document", MEDIUM, ("1.000003", LONG), LONG, LONG + "thêm", "Rất dài."),
        finding(4, HOSTILE_AGENCY, "extra_document", MEDIUM, ("1.000004", DECOMPOSED), DECOMPOSED, DECOMPOSED + " gốc", "Chữ tổ hợp."),
        finding(5, HOSTILE_AGENCY, "missing_part", MEDIUM, ("", ""), "", "", "", law=(), code=None, line=None, where=""),
        finding(6, HOSTILE_AGENCY, "missing_part", MEDIUM, ("1.000006", "\x00\x0b\ud800 \uffff"), "x" * 40_000, "🏛" * 20_000, "Ký tự lạ."),
        finding(7, HOSTILE_AGENCY, "shorter_time", None, ("1.000007", SCRIPT), "{x}", "{{ 7*7 }}", Sentence("{lạ}", {"lạ": "{{ 7*7 }}"})),
    ),
    counts=(RuleCount("'\"><b>", "longer_time", 1, 1, ((SCRIPT, 3),)),),
    recommendations=(Recommendation("=cmd()", SCRIPT, "missing_part", SCRIPT, Sentence("{lạ}", {"lạ": "{{ 7*7 }}"})),),
    visits=(AuditedVisit("'\"><b>", SCRIPT, 0, ServiceVisit("'\"><b>", "=1+1", SCRIPT, Outcome.BROKEN, SCRIPT, SCRIPT, steps=(Step(SCRIPT, "javascript:alert(1)"),), forms=(FormFile(SCRIPT, "=x()", None, SCRIPT),), attempts=(Attempt("x", Outcome.BROKEN, SCRIPT),), at="=now()", url="javascript:alert(1)", evidence=Shown(contact_sheet="../../../etc/passwd"))),),
    unvisited=(Unvisited("=1+1", SCRIPT, Fault("x", SCRIPT, "=1+1")),),
    applied=(Applied("'\"><b>", LawfulDifference("=1+1", "a_rule_that_is_gone", SCRIPT, "=cmd()", "{{ 7*7 }}"), 1),),
)  # fmt: skip


def large(count: int) -> Audit:
    """Return an audit with that many findings over ten agencies."""
    sources = tuple(replace(PROVINCE, agency=f"UBND xã số {n}", target=f"x{n}") for n in range(10))
    signs = [item for item in FINDINGS if item.finding.severity is not None]
    return replace(
        ORDINARY,
        sources=sources,
        findings=tuple(
            replace(signs[n % len(signs)], id=n, agency=sources[n % 10].agency, target=sources[n % 10].target)
            for n in range(count)
        ),
    )
