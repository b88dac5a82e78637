"""Which official papers each published line asks for: however it is written it is the same paper, and an invented one is not."""

from __future__ import annotations

import pytest

from audits.judge import Judge
from audits.matching.documents import EXTRA, SURE, LineKind, LineMatch, is_catch_all
from audits.matching.similarity import MATCHED
from audits.pair import Coverage
from audits.reading.text import fold
from tests.audits.sample import ON, catalogue, official, record

# How telling a word is, is learnt from many papers; these stand for the rest of a catalogue.
BACKGROUND = (
    "Đơn đề nghị cấp giấy phép kinh doanh theo mẫu",
    "Tờ khai đề nghị hỗ trợ theo mẫu",
    "Bản sao Giấy chứng nhận đăng ký doanh nghiệp",
    "Bản sao Giấy phép đã được cấp",
    "Văn bản đề nghị điều chỉnh dự án",
    "Báo cáo kết quả thực hiện trong năm",
    "Bản thuyết minh dự án đầu tư",
    "Phương án sản xuất, kinh doanh",
    "Danh sách người lao động",
    "Bản sao Chứng chỉ hành nghề của người phụ trách chuyên môn",
    "Biên bản kiểm tra cơ sở vật chất",
    "Quyết định thành lập của cơ quan có thẩm quyền",
    "Hợp đồng thuê nhà xưởng",
    "Giấy khám sức khỏe do cơ sở y tế cấp",
    "Phiếu lý lịch tư pháp",
    "02 ảnh màu cỡ 4x6 cm",
    "Sơ đồ vị trí khu đất",
    "Điều lệ công ty",
    "Giấy xác nhận của cơ quan công an",
    "Giấy tờ chứng minh nhân thân của người yêu cầu",
)
LAND = official(
    "1.012784",
    "Đăng ký biến động quyền sử dụng đất",
    [
        "Đơn đăng ký biến động đất đai, tài sản gắn liền với đất theo Mẫu số 11/ĐK",
        "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất đã cấp",
        "Hợp đồng hoặc văn bản về việc chuyển nhượng quyền sử dụng đất",
        "Mảnh trích đo bản đồ địa chính thửa đất",
        "Văn bản ủy quyền trong trường hợp thực hiện thông qua người đại diện",
    ],
)
DEATH = official(
    "1.000656",
    "Đăng ký khai tử",
    [
        "Tờ khai đăng ký khai tử theo mẫu",
        "Giấy báo tử hoặc bản án, quyết định có hiệu lực của Tòa án tuyên bố một người là đã chết",
        "Hộ chiếu hoặc chứng minh nhân dân, thẻ căn cước công dân hoặc giấy tờ khác có dán ảnh và thông tin cá nhân",
    ],
)
TRANSPORT = official("1.000703", "Cấp giấy phép kinh doanh vận tải bằng xe ô tô")
TRANSPORT["executionCases"] = [
    {
        "name": "Doanh nghiệp",
        "profileComponents": [
            {"name": "Giấy đề nghị cấp giấy phép kinh doanh vận tải"},
            {"name": "Quyết định thành lập bộ phận quản lý, theo dõi điều kiện về an toàn giao thông"},
        ],
    },
    {
        "name": "Hộ kinh doanh",
        "profileComponents": [
            {"name": "Giấy đề nghị cấp giấy phép kinh doanh vận tải"},
            {"name": "Bản sao Giấy chứng nhận đăng ký hộ kinh doanh"},
        ],
    },
]
BUILDING = official(
    "1.013225",
    "Cấp giấy phép xây dựng nhà ở riêng lẻ",
    [
        "Đơn đề nghị cấp giấy phép xây dựng theo Mẫu số 01 Phụ lục II Nghị định số 175/2024/NĐ-CP",
        "Một trong những giấy tờ chứng minh quyền sử dụng đất",
        "02 bộ bản vẽ thiết kế xây dựng kèm theo Giấy chứng nhận thẩm duyệt thiết kế về phòng cháy, chữa cháy",
        "Bản cam kết bảo đảm an toàn đối với công trình liền kề",
    ],
)
SIBLING = official(
    "1.001193", "Đăng ký khai sinh", ["Tờ khai đăng ký khai sinh", "Giấy chứng sinh", "Văn bản cam đoan về việc sinh"]
)
COMPANY = official("2.001199", "Thành lập công ty", ["Điều lệ công ty", "Đơn đề nghị điều chỉnh nội dung đăng ký"])
GUIDE = official(
    "1.005999",
    "Cấp thẻ hướng dẫn viên vườn quốc gia",
    [
        "Đơn theo Mẫu số 07",
        "Đơn đề nghị cấp thẻ hướng dẫn viên theo Mẫu số 21",
        "Đơn đề nghị cấp thẻ hướng dẫn viên theo Mẫu số 22",
        "Thẻ hướng dẫn viên cấp lần gần nhất đối với người đã có thẻ",
        "02 ảnh mới chụp không quá 06 tháng, cỡ 3cm x4cm, mặt nhìn thẳng, đầu để trần, phông nền trắng",
        "Giấy tờ, tài liệu chứng minh chỗ ở hợp pháp",
        "Bản đồ tuyến đi; đối với tuyến qua suối phải có bản cam kết bảo đảm an toàn cho khách và nộp lại biên bản khảo sát tuyến",
        "Hóa đơn điện tử",
        "Dự thảo nội quy tuyến",
    ],
)
RESCUE = official(
    "1.005998", "Công nhận đội cứu hộ suối", ["Phương án cứu hộ trên suối", "Tờ khai thành lập đội cứu hộ"]
)
FERRY = official(
    "1.005997",
    "Mở bến đò trên suối",
    [
        "Xuất trình giấy tờ chứng minh nguồn gốc con đò theo quy định: phiếu xuất xưởng hoặc bảng kê vật tư",
        "Quyết định của hội đồng làng theo hương ước về việc đặt tên bến và cử người trông coi",
        "Chứng chỉ cũ",
        "Biên lai nộp lệ phí bến bãi",
    ],
)
OTHERS = official("1.999999", "Những thủ tục khác", BACKGROUND)
JUDGE = Judge(catalogue([LAND, DEATH, TRANSPORT, BUILDING, SIBLING, COMPANY, GUIDE, RESCUE, FERRY, OTHERS]))
CODES = {
    "land": LAND,
    "death": DEATH,
    "transport": TRANSPORT,
    "building": BUILDING,
    "birth": SIBLING,
    "company": COMPANY,
    "guide": GUIDE,
    "rescue": RESCUE,
    "ferry": FERRY,
}


def aligned(procedure: str, *papers: str) -> tuple[LineMatch, ...]:
    published = record(CODES[procedure]["code"], CODES[procedure]["name"], papers)
    return JUDGE.pair(published, ON, Coverage()).lines


@pytest.mark.parametrize(
    ("procedure", "line", "places"),
    [
        pytest.param("land", LAND["executionCases"][0]["profileComponents"][0]["name"], [(0, 0)], id="word for word"),
        pytest.param("land", "1. Đơn đăng ký biến động đất đai, tài sản gắn liền với đất", [(0, 0)], id="numbered"),
        pytest.param("land", "a) Đơn đăng ký biến động đất đai", [(0, 0)], id="lettered, shortened"),
        pytest.param("land", "(iii) Mảnh trích đo bản đồ địa chính", [(0, 3)], id="roman number"),
        pytest.param("land", "- Đơn đăng ký biến động (Mẫu số 18 Nghị định 151/2025/NĐ-CP)", [(0, 0)], id="other form"),
        pytest.param("land", "ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI (01 BẢN CHÍNH)", [(0, 0)], id="capitals and quantity"),
        pytest.param("land", "Bản gốc GCN QSDĐ đã cấp", [(0, 1)], id="abbreviated"),
        pytest.param("land", "Bản gốc Giấy chứng nhận đã cấp", [(0, 1)], id="short name"),
        pytest.param("land", "Hợp đồng chuyển nhượng quyền sử dụng đất có công chứng", [(0, 2)], id="one alternative"),
        pytest.param("land", "Văn bản về việc chuyển nhượng quyền sử dụng đất", [(0, 2)], id="the other alternative"),
        pytest.param("land", "Giấy ủy quyền (nếu nộp thay)", [(0, 4)], id="authorisation under another name"),
        pytest.param(
            "land",
            "Giấy chứng nhận quyền sử dụng đất đã cấp và hợp đồng chuyển nhượng quyền sử dụng đất",
            [(0, 1), (0, 2)],
            id="two papers merged",
        ),
        pytest.param("death", "Tờ khai theo mẫu đăng ký khai tử", [(0, 0)], id="form reference inside"),
        pytest.param("death", "Giấy báo tử", [(0, 1)], id="split: first"),
        pytest.param("death", "Bản án của Tòa án tuyên bố một người là đã chết", [(0, 1)], id="split: second"),
        pytest.param("death", "Bản sao CCCD hoặc hộ chiếu", [(0, 2)], id="identity, abbreviated"),
        pytest.param("death", "Thẻ căn cước của người yêu cầu", [(0, 2)], id="identity, new name of the card"),
        pytest.param("transport", "Giấy đề nghị cấp giấy phép kinh doanh vận tải", [(0, 0), (1, 0)], id="both cases"),
        pytest.param("transport", "Đơn đề nghị cấp giấy phép kinh doanh vận tải", [(0, 0), (1, 0)], id="renamed"),
        pytest.param("transport", "Giấy chứng nhận đăng ký hộ kinh doanh", [(1, 1)], id="second case"),
        pytest.param("building", "Giấy tờ chứng minh quyền sử dụng đất theo quy định", [(0, 1)], id="one of several"),
        pytest.param("building", "Bản vẽ thiết kế xây dựng", [(0, 2)], id="without the number of sets"),
        pytest.param("building", "Cam kết an toàn đối với công trình liền kề", [(0, 3)], id="without “bản”"),
        pytest.param("company", "Điều lệ của công ty", [(0, 0)], id="“điều” is no reference to a law"),
        pytest.param(
            "company", "Đơn điều chỉnh nội dung theo khoản 2 Điều 5", [(0, 1)], id="one “điều” is, one is not"
        ),
        pytest.param("birth", "Tờ khai ĐK khai sinh", [(0, 0)], id="unknown abbreviation"),
        pytest.param("land", "TP-H21.000417 Mảnh trích đo bản đồ địa chính", [(0, 3)], id="the portal's code first"),
        pytest.param("land", "KQ.H21.000417.S - Mảnh trích đo bản đồ địa chính", [(0, 3)], id="another portal's code"),
        pytest.param("land", "Mẫu số 31: Đơn đăng ký biến động đất đai", [(0, 0)], id="form number first"),
        pytest.param(
            "guide", "Thẻ hướng dẫn viên cũ (nếu đổi lại)", [(0, 3)], id="short, by the procedure's own words"
        ),
        pytest.param("guide", "Ảnh 3×4 cm (02 ảnh)", [(0, 4)], id="a picture by its size alone"),
        pytest.param("guide", "Có 03 ảnh chân dung", [(0, 4)], id="a verb before the number"),
        pytest.param("guide", "Cam kết bảo đảm an toàn cho khách", [(0, 6)], id="behind “phải có” of a long paper"),
        pytest.param("guide", "Biên bản khảo sát tuyến", [(0, 6)], id="behind “và nộp lại” of a long paper"),
        pytest.param("ferry", "Xuất trình bản gốc giấy tờ nguồn gốc con đò", [(0, 0)], id="named before the colon"),
        pytest.param("ferry", "Chứng chỉ lái đò do huyện cấp trước đây", [(0, 2)], id="“cũ” names no certificate"),
    ],
)
def test_the_same_paper(procedure: str, line: str, places: list[tuple[int, int]]) -> None:
    (found,) = aligned(procedure, line)
    assert found.kind is LineKind.MATCHED
    assert set(found.components) & set(places)
    assert set(found.components) <= set(places)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Đơn đề nghị cấp mới thẻ hướng dẫn viên", (0, 1)),  # not the one that is called by nothing but its kind
        ("Đơn đề nghị cấp thẻ hướng dẫn viên (Mẫu số 22)", (0, 2)),  # the form's number tells two apart
    ],
)
def test_the_nearest_of_several_comes_first(line: str, place: tuple[int, int]) -> None:
    (found,) = aligned("guide", line)
    assert found.kind is LineKind.MATCHED
    assert found.components[0] == place


@pytest.mark.parametrize(
    ("procedure", "line", "places"),
    [
        pytest.param("guide", "Hợp đồng thuê phòng trọ", {(0, 5)}, id="proves what an umbrella asks to be proved"),
        pytest.param("guide", "Hóa đơn mua thẻ", {(0, 7)}, id="the official paper says no more than its kind"),
        pytest.param("ferry", "Giấy nộp tiền vào ngân sách nhà nước", {(0, 3)}, id="the one receipt, renamed"),
        pytest.param("guide", "Nội quy (do người nộp soạn thảo)", {(0, 8)}, id="a draft is drafted by someone"),
        pytest.param("rescue", "Văn bản công nhận đội cứu hộ suối hợp pháp", set(), id="names no other paper"),
        pytest.param("rescue", "Kế hoạch trực ngày lễ", {(0, 0)}, id="the only plan, under another name"),
        pytest.param("rescue", "Đơn xin gia nhập", {(0, 1)}, id="the only application, under another name"),
        pytest.param("ferry", "Quyết định đặt tên bến", {(0, 1)}, id="shortened in the middle"),
        pytest.param("ferry", "Các giấy tờ nêu tại mục 1 và 2", set(), id="points to papers named elsewhere"),
    ],
)
def test_what_may_be_an_official_paper_is_not_called_extra(
    procedure: str, line: str, places: set[tuple[int, int]]
) -> None:
    (found,) = aligned(procedure, line)
    assert found.kind is LineKind.UNCERTAIN
    assert places <= set(found.components)


def test_a_second_paper_of_a_kind_is_extra() -> None:
    first, second = aligned("rescue", "Phương án cứu hộ trên suối", "Kế hoạch trực ngày lễ")
    assert first.kind is LineKind.MATCHED
    assert second.kind is LineKind.EXTRA


@pytest.mark.parametrize(
    ("procedure", "line"),
    [
        ("land", "Phiếu lý lịch tư pháp số 1"),
        ("land", "Giấy khám sức khỏe của bên nhận chuyển nhượng"),
        ("land", "Sổ hộ khẩu của hai bên"),
        ("land", "Biên lai nộp thuế sử dụng đất phi nông nghiệp"),
        ("death", "Giấy chứng sinh"),  # of a sibling procedure
        ("death", "Bản sao sổ hộ khẩu"),
        ("death", "Hợp đồng dịch vụ mai táng"),
        ("death", "Sổ tạm trú của người đi khai"),
        ("transport", "Sao kê tài khoản ngân hàng của chủ hộ"),
        ("transport", "Sơ yếu lý lịch của lái xe có xác nhận"),
        ("building", "Biên lai nộp tiền điện ba tháng gần nhất"),
        ("building", "Sơ yếu lý lịch của chủ nhà"),
        ("birth", "Giấy xác nhận đóng bảo hiểm xã hội"),
        ("birth", "Ảnh thẻ của trẻ"),
    ],
)
def test_an_invented_paper(procedure: str, line: str) -> None:
    (found,) = aligned(procedure, line)
    assert found.kind is LineKind.EXTRA
    assert found.components == ()
    assert found.score < EXTRA


@pytest.mark.parametrize(
    "line",
    [
        "Thành phần hồ sơ bao gồm:",
        "Hồ sơ gồm:",
        "II. Giấy tờ phải xuất trình",
        "* Giấy tờ phải nộp đối với tổ chức",
        "Bản sao một trong các giấy tờ sau đây",
        "Hồ sơ áp dụng đối với hộ gia đình",
        "Hồ sơ xin cấp giấy phép an ninh trật tự",
        "Hồ sơ nộp 02 bộ",
        "Giấy tờ xuất trình để cơ quan đăng ký phương tiện kiểm tra",
        "Mẫu tờ khai tải về tại đây",
        "Đối với trường hợp ủy quyền thì hồ sơ gồm các giấy tờ sau:",
        "Lưu ý: giấy tờ do nước ngoài cấp phải được hợp pháp hóa lãnh sự",
        "Số lượng hồ sơ: 01 bộ",
        "Người yêu cầu có trách nhiệm xuất trình đúng giấy tờ",
        "Không quy định",
        "",
        "   ",
        "---",
        "1.",
    ],
)
def test_headings_and_notes_ask_for_nothing(line: str) -> None:
    (found,) = aligned("death", line)
    assert found.kind is LineKind.NOTE


@pytest.mark.parametrize(
    ("line", "catch_all"),
    [
        ("Các giấy tờ khác có liên quan", True),
        ("Giấy tờ khác theo yêu cầu của cơ quan tiếp nhận", True),
        ("Hồ sơ, tài liệu liên quan", True),
        ("Tài liệu cần thiết khác", True),
        ("Giấy tờ bổ sung theo hướng dẫn của cán bộ", True),
        ("Giấy tờ theo hưng dẫn của cán bộ", True),
        ("Tài liệu theo yêu cấu của cơ quan tiếp nhận", True),
        ("Giấy tờ theo đề án của cơ quan", False),
        ("Giấy tờ liên quan đến việc miễn tiền sử dụng đất", False),
        ("Các giấy tờ khác nhau của từng thửa đất", False),
        ("Tờ khai theo mẫu của Bộ Tư pháp", False),
    ],
)
def test_lines_that_name_no_paper(line: str, catch_all: bool) -> None:
    assert is_catch_all(fold(line)) is catch_all
    if catch_all:
        (found,) = aligned("transport", line)
        assert found.kind is LineKind.CATCH_ALL


@pytest.mark.parametrize(
    "line",
    [
        "Giấy chứng nhận người khuyết tật (nếu có)",  # asked for only where there is one
        "Văn bản ủy quyền cho người đi nộp thay",  # a representative may always be asked for it
        "Sự đồng ý của cha, mẹ trẻ",  # names no kind of paper
        "Hồ sơ pháp lý",  # names no paper
    ],
)
def test_what_a_person_must_look_at(line: str) -> None:
    (found,) = aligned("birth", line)
    assert found.kind is LineKind.UNCERTAIN


@pytest.mark.parametrize("procedure", CODES)
def test_every_official_paper_is_itself_wherever_it_stands(procedure: str) -> None:
    papers = [
        ((case, place), component["name"])
        for case, each in enumerate(CODES[procedure]["executionCases"])
        for place, component in enumerate(each["profileComponents"])
    ]
    forwards = aligned(procedure, *(name for _, name in papers))
    backwards = aligned(procedure, *(name for _, name in reversed(papers)))
    assert forwards == backwards[::-1]
    for (place, _), found in zip(papers, forwards, strict=True):
        assert found.kind is LineKind.MATCHED
        assert place in found.components
        assert found.score >= SURE


def test_a_match_tells_the_words_it_rests_on() -> None:
    (found,) = aligned("death", "Giấy báo tử")
    assert found.shared
    assert all(word in "giấy báo tử" for word in found.shared)


def test_the_thresholds_leave_room_for_doubt() -> None:
    assert 0 < EXTRA < MATCHED < SURE < 1


def test_no_papers_on_either_side() -> None:
    assert aligned("land") == ()
    empty = official("1.000001", "Không có giấy tờ")
    judge = Judge(catalogue([empty]))
    (found,) = judge.pair(record("1.000001", "Không có giấy tờ", ["Phiếu lý lịch tư pháp"]), ON, Coverage()).lines
    assert found.kind is LineKind.EXTRA  # the gates, not the alignment, know that the catalogue shows no papers
