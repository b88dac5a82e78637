from __future__ import annotations

from dataclasses import replace

import pytest

from crawlers.journeys.sight import (
    Control,
    Entry,
    Sight,
    error_words,
    is_blank,
    is_form,
    is_login,
    is_maintenance,
    is_waiting,
    never_clicked,
    other_procedure,
    paper_words,
    uploads,
)
from crawlers.journeys.words import mistyped, names_it, queries, unaccented
from crawlers.service_visits import Upload

LOGIN_LINK = Control("Đăng nhập", "https://x.gov.vn/dang-nhap", button=False)


def sight(text: str = "", url: str = "https://x.gov.vn/trang", **more: object) -> Sight:
    return replace(Sight(url, text=" ".join(text.split()), lines=tuple(text.split("\n")), length=len(text)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "login"),
    [
        (sight(fields=(Entry("password", "Mật khẩu", required=True),)), True),
        (sight("Chọn", title="Đăng nhập", controls=(Control("VNeID", "https://sso", button=False),)), True),
        (sight("…" * 900, "https://sso.x/auth/realms/digo", controls=(Control("Đăng nhập", None, button=True),)), True),
        (sight("Thủ tục cấp phép " * 200, title="Chi tiết thủ tục", controls=(LOGIN_LINK,)), False),
        (sight("Thủ tục cấp phép", title="Chi tiết thủ tục", controls=(LOGIN_LINK,)), False),
    ],
)
def test_a_login_is_not_a_page_with_a_link_to_it(seen: Sight, *, login: bool) -> None:
    assert is_login(seen) == login


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hệ thống đang bảo trì. Vui lòng thử lại sau", True),
        ("Cổng dịch vụ công tạm dừng hoạt động để nâng cấp", True),
        ("Website is under maintenance", True),
        ("Thủ tục bảo trì công trình xây dựng", False),
        ("Hệ thống đang bảo trì. " + "Danh sách thủ tục hành chính. " * 100, False),
    ],
)
def test_a_notice_of_maintenance_stands_alone(text: str, *, told: bool) -> None:
    assert is_maintenance(sight(text)) == told


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Không tìm thấy trang bạn yêu cầu", True),
        ("HTTP Status 500 – Internal Server Error", True),
        ("Đã xảy ra lỗi, vui lòng thử lại", True),
        ("Không tìm thấy hồ sơ", False),
        ("Nộp hồ sơ trực tuyến", False),
        ("Đã xảy ra lỗi. " + "Nội dung khác của một trang thật. " * 100, False),
    ],
)
def test_an_error_that_answers_200_is_known_by_its_words(text: str, *, error: bool) -> None:
    assert (error_words(sight(text)) is not None) == error


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("Sau khi nộp trực tuyến, công dân phải nộp bản chính tại Bộ phận Một cửa", True),
        ("Hồ sơ trực tuyến được tiếp nhận. Đề nghị gửi hồ sơ giấy qua đường bưu điện", True),
        ("Sau khi nộp trực tuyến không phải nộp bản giấy tại Bộ phận Một cửa", False),
        ("Nộp trực tuyến hoặc nộp hồ sơ giấy trực tiếp tại Bộ phận Một cửa", False),
        ("Nộp hồ sơ giấy trực tiếp tại Bộ phận Một cửa", False),
        ("Xuất trình bản chính để đối chiếu khi nhận kết quả", False),
        ("Trường hợp nộp trực tiếp: nộp bản chính tại trụ sở. Nộp trực tuyến: tải bản chụp lên", False),
    ],
)
def test_an_order_of_paper_is_one_for_a_dossier_filed_online(text: str, *, orders: bool) -> None:
    assert (paper_words(sight(text)) is not None) == orders


def test_blank_waiting_and_form() -> None:
    name, day = Entry("text", "Họ tên", required=True), Entry("date", "Ngày", required=None)
    assert is_blank(sight())
    assert not is_blank(sight(drawn=1))
    assert is_waiting(sight("Đang tải…"))
    assert is_waiting(sight("Cổng dịch vụ công", busy=True))
    assert not is_waiting(sight("Đang tải…", fields=(name,)))
    assert is_form(sight(fields=(name, day)))
    assert is_form(sight(fields=(Entry("file", "Đơn", required=None),)))
    assert not is_form(
        sight(fields=(Entry("radio", "Trường hợp 1", required=None), Entry("select", "Xã", required=None), name))
    )
    assert not is_form(sight(fields=(name, day, Entry("password", "Mật khẩu", required=True))))


def test_what_the_form_asks_to_attach_is_read_with_whether_it_must() -> None:
    files = (
        Entry("file", "Tờ khai (*)", required=True),
        Entry("file", "Giấy tờ khác (nếu có)", required=True),
        Entry("file", "Ảnh", required=None),
        Entry("text", "Họ tên", required=True),
    )
    assert uploads(sight(fields=files)) == (
        Upload("Tờ khai", required=True),
        Upload("Giấy tờ khác (nếu có)", required=False),
        Upload("Ảnh"),
    )


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Mã thủ tục: 1.001193. Đăng ký khai sinh", "1.001193"),
        ("Mã thủ tục: 1.012784.H19. Cấp phép", None),
        ("Liên quan: 1.001193. Cấp giấy phép xây dựng", None),
        ("Đăng ký khai sinh", None),
    ],
)
def test_a_page_of_another_procedure_names_its_code_and_not_ours(text: str, other: str | None) -> None:
    assert other_procedure(sight(text), "1.012784.H19", "Cấp giấy phép xây dựng") == other


@pytest.mark.parametrize(
    ("name", "never"),
    [("Gửi hồ sơ", True), ("Nộp hồ sơ", True), ("Thanh toán", True), ("Xóa", True), ("Xác nhận nộp", True), ("× Hủy", True), ("Lưu tạm", True), ("Tiếp tục", False), ("Đồng ý và tiếp tục", False), ("Chọn", False)],
)  # fmt: skip
def test_buttons_that_do_something_are_never_clicked(name: str, *, never: bool) -> None:
    assert never_clicked(name) == never


def test_what_a_citizen_types() -> None:
    assert list(queries("1.012784.000.00.00.H19", "Đăng ký  khai sinh")) == [
        ("code", "1.012784"),
        ("name", "Đăng ký khai sinh"),
        ("unaccented", "Dang ky khai sinh"),
        ("mistyped", "Đnăg ký khai sinh"),
    ]
    assert list(queries(None, None)) == []
    assert unaccented("Đường ở Huế") == "Duong o Hue"
    assert mistyped("a b") == "a b"
    assert names_it("1. 012784 – khác", "1.012784", None)
    assert names_it("ĐĂNG KÝ KHAI SINH!", None, "Đăng ký khai sinh")
    assert not names_it("Đăng ký", "1.012784", "Đăng ký khai sinh")
