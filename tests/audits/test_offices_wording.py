"""How offices word the papers of procedures that nothing was tuned on: each line is the official paper, no paper, or extra.

The official papers are those of the national catalogue (shortened); the lines are written as departments' process sheets, land
offices' pages and wards' lists write them.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

from audits.matching.documents import LineKind, align
from audits.matching.official import OfficialPapers
from audits.matching.papers import read_paper
from audits.matching.similarity import Vocabulary
from audits.procedure import Quantity, RequiredDocument
from fixtures.province import FOLDER

EXTRA, NO_PAPER, OPEN = "extra", "no paper", "open"
"""What a line is if it is none of the papers: extra; a heading or note; or one that a person must look at."""

PROCEDURES: dict[str, tuple[str, ...]] = {
    "Nghiệm thu về phòng cháy chữa cháy đối với dự án đầu tư xây dựng công trình, phương tiện giao thông": (
        "Bản chính, bản chứng thực hoặc bản sao kèm bản chính để đối chiếu các bản vẽ hoàn công hệ thống phòng cháy và chữa cháy và các hạng mục liên quan đến phòng cháy và chữa cháy phù hợp với hồ sơ thiết kế đã được duyệt.",
        "Bản chính hoặc bản chứng thực hoặc bản sao kèm bản chính để đối chiếu báo cáo của chủ đầu tư, chủ phương tiện về tình hình kết quả thi công, kiểm tra, kiểm định, thử nghiệm và nghiệm thu các hệ thống, thiết bị và giải pháp phòng cháy và chữa cháy.",
        "Bản chính văn bản đề nghị kiểm tra kết quả nghiệm thu về phòng cháy và chữa cháy (Mẫu số PC11 ban hành kèm theo Nghị định số 50/2024/NĐ-CP ngày 10/05/2024 của Chính phủ).",
        "Bản chính, bản chứng thực hoặc bản sao kèm bản chính để đối chiếu Văn bản nghiệm thu hoàn thành các hạng mục, hệ thống liên quan đến phòng cháy và chữa cháy.",
    ),
    "Phê duyệt hoặc điều chỉnh phương án quản lý rừng bền vững của chủ rừng là tổ chức": (
        "- Bản chính Tờ trình đề nghị phê duyệt hoặc điều chỉnh phê duyệt phương án quản lý rừng bền vững theo Mẫu số 04 hoặc Mẫu số 05 Phụ lục III ban hành kèm theo Thông tư số 16/2025/TT-BNNMT",
        "- Bản sao các loại bản đồ: + Bản đồ hiện trạng rừng theo TCVN 11565:2016; + Bản đồ hiện trạng sử dụng đất theo quy định của Bộ Nông nghiệp và Môi trường; + Bản đồ quản lý rừng bền vững được áp dụng theo TCVN 11566:2016",
        "- Phương án quản lý rừng bền vững theo Mẫu số 01 Phụ lục III và Phụ lục IV ban hành kèm theo Thông tư số 16/2025/TT-BNNMT;",
    ),
    "Đổi giấy phép lái xe quân sự do Bộ Quốc phòng cấp": (
        "Bản sao giấy tờ chứng minh thôi không còn phục vụ trong lực lượng Quân đội nhân dân",
        "Đề nghị đổi giấy phép lái xe theo mẫu quy định tại Phụ lục XII ban hành kèm theo Thông tư số 12/2025/TT-BCA ngày 28/02/2025 của Bộ trưởng Bộ Công an quy định về sát hạch, cấp giấy phép lái xe",
        "Bản sao hoặc bản sao điện tử được chứng thực từ bản chính hoặc bản sao điện tử được cấp từ sổ gốc của giấy phép lái xe quân sự còn thời hạn sử dụng",
        "Giấy khám sức khỏe của người lái xe do cơ sở khám bệnh, chữa bệnh đủ tiêu chuẩn theo quy định của pháp luật về khám bệnh, chữa bệnh cấp còn hiệu lực",
    ),
    "Giải quyết bán phần diện tích nhà đất sử dụng chung của nhà ở cũ thuộc tài sản công": (
        "+ Giấy chứng nhận đối với phần diện tích nhà, đất đã mua; nếu chưa có Giấy chứng nhận thì phải có hợp đồng mua bán phần diện tích nhà ở đã ký với cơ quan có thẩm quyền, giấy tờ chứng minh đã thanh toán hết tiền mua phần diện tích nhà ở",
        "Đơn đề nghị được lập theo Mẫu số 04 của Phụ lục V ban hành kèm theo Nghị định số 95/2024/NĐ-CP;",
        "+ Bản sao có chứng thực hoặc bản sao kèm bản chính để đối chiếu giấy chứng nhận kết hôn đối với trường hợp là vợ chồng.",
    ),
    "Gia hạn Chứng chỉ hành nghề thú y": (
        "Giấy phép lao động hoặc giấy xác nhận không thuộc diện cấp giấy phép lao động (đối với người nước ngoài).",
        "Giấy chứng nhận sức khỏe.",
        "Đơn đăng ký gia hạn theo Mẫu số 02.HNTY Phụ lục IB ban hành kèm theo Nghị định số 32/2026/NĐ-CP ngày 21/01/2026 của Chính phủ",
    ),
    "Cấp lại chứng chỉ hành nghề hoạt động xây dựng": (
        "- Bản gốc chứng chỉ hành nghề đề nghị cấp lại. Trường hợp bị mất chứng chỉ hành nghề thì phải có cam kết của người đề nghị cấp lại theo Mẫu số 01 Phụ lục IV",
        "- Đơn đề nghị cấp chứng chỉ hành nghề theo Mẫu số 1 Phụ lục số IV Nghị định số 175/2024/NĐ-CP là bản gốc trong trường hợp nộp trực tiếp; tệp tin chụp từ bản gốc trong trường hợp nộp trực tuyến.",
        "- Tệp tin ảnh màu cỡ 4x6 cm có nền màu trắng chân dung của người đề nghị cấp chứng chỉ hành nghề được chụp trong thời gian không quá 06 tháng.",
    ),
    "Cấp, cấp lại Giấy xác nhận nuôi trồng thủy sản lồng bè, đối tượng thủy sản nuôi chủ lực": (
        "b) Sơ đồ mặt bằng vị trí ao/lồng nuôi có xác nhận của chủ cơ sở.",
        "a) Đơn đề nghị cấp Giấy xác nhận theo Mẫu số 25.",
        "b) Sơ đồ mặt bằng vị trí ao/lồng nuôi có xác nhận của chủ cơ sở (đối với trường hợp thay đổi quy mô sản xuất); trường hợp thay đổi chủ cơ sở phải có giấy tờ chứng minh sự thay đổi.",
        "a) Đơn đề nghị cấp lại theo Mẫu số 26.",
    ),
    "Cho thuê nhà ở công vụ thuộc thẩm quyền quản lý của địa phương": (
        "- Đơn đề nghị thuê nhà ở công vụ theo mẫu có xác nhận của cơ quan người thuê đang công tác;",
        "- Bản sao có chứng thực hoặc bản sao kèm theo bản chính để đối chiếu Quyết định điều động, luân chuyển/bổ nhiệm của người thuê nhà ở công vụ",
        "- Văn bản đề nghị của cơ quan, đơn vị nơi người nộp đơn đang công tác",
    ),
    "Sử dụng đất kết hợp đa mục đích, gia hạn phương án sử dụng đất kết hợp đa mục đích": (
        "Văn bản đề nghị gia hạn phương án sử dụng đất kết hợp.",
        "Văn bản đề nghị sử dụng đất kết hợp đa mục đích theo Mẫu số 13",
        "Giấy chứng nhận đã cấp hoặc một trong các loại giấy tờ về quyền sử dụng đất theo quy định của pháp luật (nếu có).",
        "Phương án sử dụng đất kết hợp",
    ),
    "Giải quyết tranh chấp đất đai thuộc thẩm quyền của Bộ trưởng Bộ Nông nghiệp và Môi trường": (
        "Biên bản làm việc với các bên tranh chấp, với các tổ chức, cá nhân có liên quan; biên bản kiểm tra hiện trạng đất tranh chấp; biên bản hòa giải trong quá trình giải quyết tranh chấp",
        "Trích lục bản đồ hoặc bản sao hồ sơ địa chính hoặc bản sao dữ liệu ảnh viễn thám qua các thời kỳ liên quan đến diện tích đất tranh chấp (nếu có), bản sao hồ sơ, tài liệu làm chứng cứ, chứng minh trong quá trình giải quyết tranh chấp",
        "- Đơn yêu cầu giải quyết tranh chấp đất đai (bản chính);",
        "Báo cáo đề xuất và dự thảo quyết định giải quyết tranh chấp hoặc dự thảo quyết định công nhận hòa giải thành",
    ),
    "Đăng ký thường trú": (
        "Tờ khai thay đổi thông tin cư trú (mẫu CT01 ban hành kèm theo Thông tư số 53/2025/TT-BCA), trong đó ghi rõ ý kiến đồng ý cho đăng ký thường trú của chủ hộ",
        "Hợp đồng, văn bản về việc cho thuê, cho mượn, cho ở nhờ được công chứng hoặc chứng thực theo quy định của pháp luật",
        "Thông tin chứng minh về chỗ ở hợp pháp. Trường hợp không khai thác được thì công dân xuất trình giấy tờ, tài liệu chứng minh thuộc một trong các trường hợp quy định tại Điều 20 Luật Cư trú",
    ),
    "Cấp hộ chiếu phổ thông ở trong nước": (
        "01 tờ khai đề nghị cấp hộ chiếu phổ thông (mẫu TK01)",
        "+ 02 ảnh mới chụp không quá 06 tháng, cỡ 4cm x6cm, mặt nhìn thẳng, đầu để trần, phông nền trắng",
        "+ Hộ chiếu phổ thông cấp lần gần nhất đối với người đã được cấp hộ chiếu",
    ),
    "Cấp giấy chứng nhận đăng ký tàu cá": (
        "- Tờ khai đăng ký theo Mẫu số 02a.ĐKT",
        "- Giấy tờ chuyển nhượng quyền sở hữu tàu theo quy định",
        "- Bản chính Giấy chứng nhận xuất xưởng do chủ cơ sở đóng tàu cấp",
    ),
    "Hòa giải tranh chấp đất đai": (
        "- Đơn yêu cầu hòa giải tranh chấp đất đai (bản chính);",
        "- Các giấy tờ có liên quan đến việc sử dụng đất (bản phô tô hoặc có chứng thực).",
    ),
    "Chuyển trụ sở chính của ngân hàng thương mại": (
        "Văn bản của cấp có thẩm quyền thông qua việc chuyển trụ sở chính của ngân hàng thương mại",
        "Đơn đề nghị chuyển trụ sở chính theo Mẫu số 09 ban hành kèm theo Thông tư số 32/2024/TT-NHNN",
    ),
    "Khai thuế thu nhập cá nhân đối với cá nhân không cư trú có thu nhập từ kinh doanh, cá nhân có thu nhập từ đầu tư vốn": (
        "Tờ khai thuế thu nhập cá nhân (áp dụng đối với cá nhân không cư trú có thu nhập từ kinh doanh, cá nhân có thu nhập từ đầu tư vốn, bản quyền, nhượng quyền thương mại, trúng thưởng được trả từ nước ngoài) mẫu số 04/NNG-TNCN",
    ),
    "Gia hạn thời gian lưu hành tại Việt Nam cho phương tiện của Trung Quốc": (
        "- Giấy phép vận tải đường bộ quốc tế giữa Việt Nam và Trung Quốc (bản chính).",
        "Gia hạn thời gian lưu hành của phương tiện tại Việt Nam cho phương tiện của Trung Quốc",
    ),
    "Cấp thẻ tạm trú cho người nước ngoài tại Việt Nam": (
        "Tờ khai đề nghị cấp thẻ tạm trú (mẫu NA8) ban hành kèm theo Thông tư số 04/2015/TT-BCA",
        "Văn bản đề nghị của cơ quan, tổ chức, cá nhân làm thủ tục mời, bảo lãnh: mẫu NA6 (ban hành kèm theo Thông tư số 04/2015/TT-BCA) đối với cơ quan, tổ chức",
    ),
}

(
    FIRE,
    FOREST,
    LICENCE,
    HOUSE,
    VET,
    BUILDER,
    FISH,
    FLAT,
    LAND,
    DISPUTE,
    HOME,
    PASSPORT,
    BOAT,
    TALKS,
    BANK,
    TAX,
    TRUCK,
    CARD,
) = PROCEDURES

LINES: tuple[tuple[str, str, int | str], ...] = (
    # abbreviated, under another word for the same kind, with or without its form
    (FIRE, "1. Văn bản đề nghị nghiệm thu về PCCC theo mẫu PC11", 2),
    (FIRE, "Công văn đề nghị kiểm tra kết quả nghiệm thu PCCC của chủ đầu tư", 2),
    (FIRE, "- Hồ sơ bản vẽ hoàn công hệ thống PCCC (02 bộ)", 0),
    (FIRE, "Báo cáo của chủ đầu tư về kết quả thi công, thử nghiệm, nghiệm thu hệ thống PCCC", 1),
    (FIRE, "Biên bản nghiệm thu hoàn thành các hạng mục, hệ thống PCCC", 3),
    (FIRE, "Văn bản nghiệm thu các hạng mục liên quan đến phòng cháy và chữa cháy (bản photo)", 3),
    (FIRE, "Giấy phép xây dựng công trình", EXTRA),
    (FIRE, "Bản cam kết của các hộ liền kề", EXTRA),
    (FIRE, "Lưu ý: Văn bản có trong hồ sơ phải có xác nhận của chủ đầu tư.", NO_PAPER),
    (FOREST, "a) Tờ trình đề nghị phê duyệt phương án QLRBV (Mẫu số 04)", 0),
    (FOREST, "Tờ trình phê duyệt phương án quản lý rừng bền vững", 0),
    (FOREST, "b) Phương án quản lý rừng bền vững (bản chính)", 2),
    (FOREST, "Dự thảo phương án quản lý rừng bền vững của chủ rừng", 2),
    (FOREST, "- Bản đồ hiện trạng rừng", 1),
    (FOREST, "c) Các loại bản đồ: hiện trạng rừng, hiện trạng sử dụng đất, quản lý rừng bền vững", 1),
    (FOREST, "Bản đồ quản lý rừng bền vững tỷ lệ 1/10.000", 1),
    (FOREST, "Biên bản họp tổ dân phố về việc giữ rừng", EXTRA),
    (FOREST, "Hồ sơ gồm có:", NO_PAPER),
    (LICENCE, "Đơn đề nghị đổi giấy phép lái xe", 1),
    (LICENCE, "Giấy đề nghị đổi GPLX (theo mẫu)", 1),
    (LICENCE, "Quyết định thôi phục vụ trong Quân đội (bản sao)", OPEN),
    (LICENCE, "Quyết định xuất ngũ hoặc chuyển ngành, nghỉ hưu (bản sao chứng thực) chứng minh thôi phục vụ trong Quân đội", 0),
    (LICENCE, "Bản sao GPLX quân sự còn thời hạn sử dụng", 2),
    (LICENCE, "Giấy phép lái xe quân sự (xuất trình bản gốc để đối chiếu)", 2),
    (LICENCE, "Giấy khám sức khoẻ của người lái xe do cơ sở y tế có thẩm quyền cấp", 3),
    (LICENCE, "GKSK lái xe còn hiệu lực", 3),
    (LICENCE, "Giấy khám sứckhỏe của người láixe", 3),  # a space was lost
    (LICENCE, "Sơ yếu lý lịch có xác nhận của UBND cấp xã", EXTRA),
    (LICENCE, "Bằng tốt nghiệp trung học cơ sở", EXTRA),
    (LICENCE, "Người có nhu cầu đổi giấy phép lái xe chụp ảnh trực tiếp tại cơ quan tiếp nhận hồ sơ.", NO_PAPER),
    (HOUSE, "Đơn đề nghị mua phần diện tích sử dụng chung (Mẫu số 04)", 1),
    (HOUSE, "Đơn đề nghị theo mẫu", 1),
    (HOUSE, "GCN đối với phần diện tích nhà, đất đã mua", 0),
    (HOUSE, "Trường hợp chưa có GCN: Hợp đồng mua bán phần diện tích nhà ở đã ký với cơ quan có thẩm quyền", 0),
    (HOUSE, "Giấy tờ chứng minh đã thanh toán hết tiền mua phần diện tích nhà ở", 0),
    (HOUSE, "Giấy chứng nhận kết hôn (trường hợp là vợ chồng)", 2),
    (HOUSE, "Bản sao Giấy đăng ký kết hôn đối với trường hợp là vợ chồng", 2),
    (HOUSE, "Phiếu lý lịch tư pháp số 1", EXTRA),
    (HOUSE, "Văn bản ủy quyền trong trường hợp nộp hồ sơ qua người được ủy quyền", OPEN),
    (VET, "Đơn đăng ký gia hạn chứng chỉ hành nghề thú y", 2),
    (VET, "Đơn gia hạn (Mẫu 02.HNTY)", 2),
    (VET, "Giấy khám sức khỏe", 1),
    (VET, "Giấy chứng nhận đủ sức khỏe để làm việc do cơ sở y tế cấp", 1),
    (VET, "Đối với người nước ngoài: Giấy phép lao động", 0),
    (VET, "GPLĐ…", 0),
    (TAX, "Mẫu tờ khai thuế thu nhập cá nhân", 0),
    (VET, "GPLĐ hoặc giấy xác nhận không thuộc diện cấp giấy phép lao động", 0),
    (VET, "Bản sao hợp đồng thuê địa điểm kinh doanh", EXTRA),
    (VET, "Số lượng hồ sơ: 01 bộ", NO_PAPER),
    (BUILDER, "Đơn đề nghị cấp lại chứng chỉ hành nghề hoạt động xây dựng", 1),
    (BUILDER, "Bản gốc chứng chỉ hành nghề", 0),
    (BUILDER, "Chứng chỉ hành nghề cũ (bản gốc); trường hợp bị mất thì có cam kết", 0),
    (BUILDER, "02 ảnh màu cỡ 4x6 cm nền trắng", 2),
    (BUILDER, "Ảnh chân dung 4x6 chụp không quá 06 tháng", 2),
    (BUILDER, "Bản sao hợp đồng lao động", EXTRA),
    (BUILDER, "Biên lai nộp thuế thu nhập cá nhân năm gần nhất", EXTRA),
    (FISH, "Đơn đề nghị cấp giấy xác nhận nuôi trồng thuỷ sản lồng bè (Mẫu số 25)", 1),
    (FISH, "Đơn đề nghị cấp lại giấy xác nhận", 3),
    (FISH, "Sơ đồ mặt bằng vị trí ao, lồng nuôi", 0),
    (FISH, "Sơ đồ vị trí lồng nuôi có xác nhận của chủ cơ sở", 0),
    (FISH, "Giấy tờ chứng minh sự thay đổi chủ cơ sở", 2),
    (FISH, "Quyết định phê duyệt báo cáo đánh giá tác động môi trường", EXTRA),
    (FLAT, "Đơn đề nghị thuê nhà ở công vụ có xác nhận của cơ quan", 0),
    (FLAT, "Đơn xin thuê nhà công vụ", 0),
    (FLAT, "Quyết định điều động, luân chuyển, bổ nhiệm (bản sao chứng thực)", 1),
    (FLAT, "Bản sao QĐ bổ nhiệm hoặc luân chuyển của người thuê nhà", 1),
    (FLAT, "Công văn đề nghị của cơ quan, đơn vị nơi công tác", 2),
    (FLAT, "Bản sao sổ hộ khẩu", EXTRA),
    (FLAT, "Sao kê bảng lương 06 tháng gần nhất", EXTRA),
    (FLAT, "Giấy tờ khác có liên quan", OPEN),
    (LAND, "Văn bản đề nghị sử dụng đất kết hợp đa mục đích", 1),
    (LAND, "Đơn đề nghị sử dụng đất kết hợp đa mục đích (Mẫu số 13 - NĐ 102)", 1),
    (LAND, "Phương án sử dụng đất kết hợp", 3),
    (LAND, "Bản sao GCN QSDĐ đã cấp", 2),
    (LAND, "Một trong các giấy tờ về quyền sử dụng đất theo Điều 137 Luật Đất đai (nếu có)", 2),
    (LAND, "Đơn đề nghị gia hạn phương án sử dụng đất kết hợp", 0),
    (LAND, "Trường hợp gia hạn: văn bản đề nghị gia hạn phương án", 0),
    (LAND, "Trường hợp hồ sơ chưa đầy đủ thì trong 03 ngày làm việc phải thông báo cho người nộp hồ sơ.", NO_PAPER),
    (LAND, "Bản vẽ thiết kế cơ sở của công trình kết hợp", EXTRA),
    (LAND, "Giấy xác nhận tình trạng hôn nhân", EXTRA),
    (DISPUTE, "Đơn yêu cầu giải quyết tranh chấp đất đai", 2),
    (DISPUTE, "Đơn đề nghị giải quyết tranh chấp đất", 2),
    (DISPUTE, "Biên bản hòa giải tại UBND cấp xã", 0),
    (DISPUTE, "Biên bản kiểm tra hiện trạng đất tranh chấp", 0),
    (DISPUTE, "Trích lục bản đồ địa chính khu đất tranh chấp", 1),
    (DISPUTE, "Hồ sơ địa chính qua các thời kỳ", 1),
    (DISPUTE, "Dự thảo quyết định giải quyết tranh chấp", 3),
    (DISPUTE, "Báo cáo đề xuất giải quyết tranh chấp của cơ quan tham mưu", 3),
    (DISPUTE, "Giấy khám sức khỏe của người yêu cầu", EXTRA),
    (DISPUTE, "* Cơ quan nhà nước có trách nhiệm cung cấp hồ sơ, tài liệu khi có yêu cầu.", NO_PAPER),
    # far from every official paper in its words, and yet perhaps one of them: nobody is accused
    (HOME, "Ý kiến đồng ý của chủ hộ", OPEN),
    (HOME, "Hợp đồng thuê nhà có công chứng", OPEN),
    (HOME, "Trích lục khai tử", OPEN),
    (HOME, "Xuất trình thẻ CCCD/ứng dụng VNeID mức 2", OPEN),
    (HOME, "CCCD (xuất trình)", OPEN),
    (HOME, "Sổ hộ khẩu", EXTRA),
    (HOME, "Bản vẽ thiết kế căn nhà", EXTRA),
    (PASSPORT, "02 ảnh 4x6 cm nền trắng", 1),
    (PASSPORT, "Hộ chiếu cũ còn giá trị", 2),
    (PASSPORT, "Hóa đơn tiền điện 03 tháng gần nhất", EXTRA),
    (BOAT, "Hợp đồng mua bán tàu cá", OPEN),
    (BOAT, "Giấy xác nhận nơi neo đậu của UBND xã", EXTRA),
    (TALKS, "Các giấy tờ chứng minh quyền sử dụng đất.", OPEN),
    (TALKS, "Các bằng chứng liên quan đến tranh chấp.", OPEN),
    (TALKS, "Phiếu lý lịch tư pháp của các bên", EXTRA),
    (BANK, "Đơn gia hạn theo Mẫu số 09", OPEN),
    (BANK, "Hợp đồng thuê tư vấn chuyển trụ sở chính của ngân hàng thương mại", EXTRA),
    # numbered in ways of their own, led in by a case, counted
    (VET, "c, Giấy khám sức khỏe", 1),
    (VET, "2Giấy khám sức khỏe của người hành nghề", 1),
    (VET, "Người nước ngoài hành nghề thú y : Giấy phép lao động", 0),
    (VET, "Một (01) bản giấy chứng nhận sức khỏe", 1),
    (FOREST, "Sơ đồ HTSDĐ", 1),
    (FISH, "Sơ đồ MBVT", 0),
    # a word that only shares its name with what is named beside it matches nothing by itself
    (VET, "Văn bằng, chứng chỉ chuyên môn phù hợp với loại hình hành nghề", EXTRA),
    (TALKS, "Giấy tờ, bản vẽ hiện trạng nhà xưởng", EXTRA),
    # what an application is for is no paper that goes with it
    (BOAT, "Giấy chứng nhận đăng ký tàu cá cũ", EXTRA),
    # slips that make another word
    (VET, "Giấy chừng nhện sức khỏe", 1),
    (CARD, "Tờ thai đề nghị cấp thẻ tạm trú", 0),
    # on a form whose number has letters
    (CARD, "Văn bản đề nghị cấp thẻ tạm trú (mẫu NA6)", 1),
    # the application of a procedure for which the catalogue names none; a whole dossier; information
    (TRUCK, "Giấy đề nghị gia hạn theo mẫu", OPEN),
    (TRUCK, "Đơn đề nghị gia hạn thời gian lưu hành", OPEN),
    (TRUCK, "Hồ sơ phương tiện của doanh nghiệp vận tải", OPEN),
    (TRUCK, "Thông tin về hành trình (điểm đi, điểm đến, cửa khẩu)", OPEN),
    # of a kind of its own: however many words of the procedure's name it has, it is none of the official papers
    (BANK, "Bản sao (photocopy) toàn bộ quá trình công tác của tổng giám đốc", EXTRA),
    (FOREST, "Hợp đồng thuê tư vấn phê duyệt phương án quản lý rừng bền vững", EXTRA),
    (FOREST, "Biên lai nộp quỹ vận động của chủ rừng có phương án quản lý rừng bền vững", EXTRA),
    (LAND, "Sơ yếu lý lịch của người sử dụng đất kết hợp đa mục đích", EXTRA),
    (BOAT, "Sơ yếu lý lịch của người trình báo mất hộ chiếu", EXTRA),
)  # fmt: skip


@cache
def official(procedure: str) -> OfficialPapers:
    rows = (FOLDER / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    names = [
        paper["name"]
        for row in rows
        for case in json.loads(row)["executionCases"]
        for paper in case["profileComponents"]
    ]
    own = [name for papers in PROCEDURES.values() for name in papers]
    vocabulary = Vocabulary([read_paper(name) for name in (*names, *own)])
    documents = [
        RequiredDocument(name, Quantity(), index=index, component=(0, index))
        for index, name in enumerate(PROCEDURES[procedure])
    ]
    return OfficialPapers(procedure, documents, [read_paper(document.name) for document in documents], vocabulary)


@pytest.mark.parametrize(("procedure", "line", "expected"), LINES, ids=[line for _, line, _ in LINES])
def test_line(procedure: str, line: str, expected: int | str) -> None:
    (match,) = align([RequiredDocument(line, Quantity())], official(procedure))
    if isinstance(expected, int):
        assert match.kind is LineKind.MATCHED, match
        assert match.components[0] == (0, expected), match
    elif expected is EXTRA:
        assert match.kind is LineKind.EXTRA, match
    elif expected is NO_PAPER:
        assert match.kind in {LineKind.NOTE, LineKind.UNCERTAIN}, match
    else:
        assert match.kind not in {LineKind.MATCHED, LineKind.EXTRA}, match


def test_what_guidance_speaks_of_is_the_paper_that_is_asked_for() -> None:
    asked = "Bản sao các giấy tờ sau đây: giấy tờ pháp lý của cá nhân đối với thành viên là cá nhân"
    guidance = "- Người được ủy quyền nộp kèm bản sao hộ chiếu hoặc căn cước công dân còn hiệu lực của người đó"
    documents = [
        RequiredDocument(guidance, Quantity(originals=0, copies=0), component=(0, 0)),
        RequiredDocument(asked, Quantity(originals=0, copies=1), component=(0, 1)),
    ]
    papers = OfficialPapers(
        "Đăng ký thành lập công ty", documents, [read_paper(each.name) for each in documents], official(FIRE).vocabulary
    )
    (match,) = align([RequiredDocument("Hộ chiếu còn hiệu lực của chủ sở hữu công ty", Quantity())], papers)
    assert (match.kind, match.components) == (LineKind.MATCHED, ((0, 1),))


def test_the_heading_of_a_case_may_name_the_paper() -> None:
    heading = "- 01 bản chính Báo cáo đề xuất cấp giấy phép môi trường của dự án đầu tư theo một trong các mẫu sau:"
    name = "Trường hợp cơ sở đang hoạt động: mẫu quy định tại Mẫu số 22d"
    vocabulary = official(FIRE).vocabulary
    for case, kind in ((heading, LineKind.UNCERTAIN), ("", LineKind.EXTRA)):
        papers = OfficialPapers(
            "Cấp giấy phép môi trường",
            [RequiredDocument(name, Quantity(), case=case, component=(0, 0))],
            [read_paper(name)],
            vocabulary,
        )
        (match,) = align([RequiredDocument("b) Báo cáo đề xuất cấp giấy phép môi trường;", Quantity())], papers)
        assert match.kind is kind, case


def test_a_heading_that_begins_an_official_paper_is_that_paper() -> None:
    name = "Chứng nhận nguồn gốc xe, gồm một trong các giấy tờ sau đây: - Tờ khai nguồn gốc xe - Hóa đơn bán xe"
    papers = OfficialPapers(
        "Đăng ký xe tạm thời",
        [RequiredDocument(name, Quantity(), component=(0, 0))],
        [read_paper(name)],
        official(FIRE).vocabulary,
    )
    line = "- Chứng nhận nguồn gốc xe, gồm một trong các giấy tờ sau đây:"
    (match,) = align([RequiredDocument(line, Quantity())], papers)
    assert (match.kind, match.components) == (LineKind.MATCHED, ((0, 0),))


def test_a_line_cut_off_may_be_any_paper_that_begins_so() -> None:
    names = (
        "Giấy chứng nhận quyền sử dụng đất",
        "Giấy chứng nhận quyền sử dụng đất; trường hợp đã có dữ liệu thì thôi",
    )
    documents = [RequiredDocument(name, Quantity(), component=(0, place)) for place, name in enumerate(names)]
    papers = OfficialPapers("Cấp giấy phép", documents, [read_paper(name) for name in names], official(FIRE).vocabulary)
    for line, places in (("(1) GCN quyền sử dụng đất…", ((0, 0), (0, 1))), ("(1) GCN quyền sử dụng đất", ((0, 0),))):
        (match,) = align([RequiredDocument(line, Quantity())], papers)
        assert (match.kind, match.components) == (LineKind.MATCHED, places)
