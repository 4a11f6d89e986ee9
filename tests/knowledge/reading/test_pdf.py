"""PDF: text, tables with and without rules, scanned pages, and what cannot be read."""

import pypdfium2
import pytest
from fake_files.drawn_pdf import Sheet, assembled, pdf

from knowledge.reading.loaded import Unreadable
from knowledge.reading.pdf import normalise, pdf_text
from knowledge.reading.pdf_page import Block

WHITE = Sheet().scan(40, 60, b"\xff" * 2400)
ROWS = [["产品", "期限", "年利率"], ["科创贷", "3年", "3.5%"], ["流贷", "1年", "3.1%"]]
XS, YS = [60.0, 160.0, 260.0, 360.0], [700.0, 680.0, 660.0, 640.0]


def text_of(*sheets: Sheet) -> list[str]:
    return pdf_text(pdf(*sheets), None).text.split("\n")


def test_the_text_without_page_numbers_and_wrapped_lines_joined() -> None:
    sheet = Sheet().text(60, 760, "第一条 贷款人应当按照有关规定办理业务，不得向借款人")
    sheet.text(60, 745, "收取任何额外费用。").text(280, 40, "- 7 -")
    assert text_of(sheet) == ["第一条 贷款人应当按照有关规定办理业务，不得向借款人收取任何额外费用。"]


def test_a_ruled_table_becomes_rows_between_the_text_around_it() -> None:
    sheet = Sheet().text(60, 760, "下表列明利率。").text(60, 710, "单位：%")
    sheet.grid(XS, YS, ROWS).text(60, 600, "以上自发布之日起执行。")
    assert text_of(sheet) == [
        "下表列明利率。",
        "单位：%",
        "产品：科创贷；期限：3年；年利率：3.5%（单位：%）。",
        "产品：流贷；期限：1年；年利率：3.1%（单位：%）。",
        "以上自发布之日起执行。",
    ]


def test_rules_drawn_as_thin_bars_are_rules() -> None:
    sheet = Sheet()
    for y in YS:
        sheet.bar(XS[0], y, XS[-1] - XS[0], 0.5)
    for x in XS:
        sheet.bar(x, YS[-1], 0.5, YS[0] - YS[-1])
    for y, row in zip(YS[1:], ROWS, strict=True):
        for x, cell in zip(XS, row, strict=False):
            sheet.text(x + 4, y + 5, cell)
    assert text_of(sheet)[0] == "产品：科创贷；期限：3年；年利率：3.5%。"


def test_merged_cells_count_in_every_row_and_heads_over_heads_are_joined() -> None:
    xs, ys = [60.0, 140.0, 220.0, 300.0], [700.0, 680.0, 660.0, 640.0, 620.0]
    sheet = Sheet()
    for y in (700, 660, 620):
        sheet.rule(60, y, 300, y)
    sheet.rule(140, 680, 300, 680).rule(140, 640, 300, 640)
    for x in (60, 140, 300):
        sheet.rule(x, 620, x, 700)
    sheet.rule(220, 620, 220, 680)
    sheet.text(64, 675, "档次").text(200, 685, "额度").text(144, 665, "下限").text(224, 665, "上限")
    sheet.text(64, 635, "甲类").text(144, 645, "100").text(224, 645, "500")
    sheet.text(144, 625, "200").text(224, 625, "600")
    assert (xs[0], ys[-1]) == (60.0, 620.0)
    assert text_of(sheet) == [
        "档次：甲类；额度 下限：100；额度 上限：500。",
        "档次：甲类；额度 下限：200；额度 上限：600。",
    ]


def test_a_table_over_the_end_of_a_page_keeps_its_heads() -> None:
    first = Sheet().text(60, 760, "明细如下。").grid(XS, YS, ROWS).text(290, 30, "1")
    repeated = Sheet().grid(XS, YS, [ROWS[0], ["固贷", "5年", "4.0%"], ["票贷", "半年", "2.0%"]])
    plain = Sheet().grid(XS, YS[:2], [["税贷", "2年", "3.9%"]])
    assert text_of(first, repeated, plain)[1:] == [
        f"产品：{name}；期限：{term}；年利率：{rate}。"
        for name, term, rate in (
            ("科创贷", "3年", "3.5%"),
            ("流贷", "1年", "3.1%"),
            ("固贷", "5年", "4.0%"),
            ("票贷", "半年", "2.0%"),
            ("税贷", "2年", "3.9%"),
        )
    ]


def test_columns_that_stand_under_one_another_are_a_table_without_rules() -> None:
    sheet = Sheet().text(60, 760, "利率如下：")
    for y, row in zip((700, 684, 668), ROWS, strict=True):
        for x, cell in zip(XS, row, strict=False):
            sheet.text(x, y, cell)
    sheet.text(60, 640, "以上。")
    assert text_of(sheet) == [
        "利率如下：",
        "产品：科创贷；期限：3年；年利率：3.5%。",
        "产品：流贷；期限：1年；年利率：3.1%。",
        "以上。",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [
            ("第一条", "为规范业务，制定本办法。"),
            ("第二条", "期限不超过三年。"),
            ("第三条", "自发布之日施行。"),
        ],
        [("1.", "身份证明"), ("2.", "营业执照"), ("3.", "财务报表")],
        [("第一章 总则", "1"), ("第二章 授信", "4"), ("第三章 附则", "9")],
        [
            ("左栏的文字一直写到栏的尽头为止", "右栏的文字也一直写到栏的尽头为止"),
            ("左栏的第二行继续写到栏的尽头处", "右栏的第二行继续写到栏的尽头处了"),
            ("左栏的第三行还是写到栏的尽头处", "右栏的第三行还是写到栏的尽头处了"),
        ],
    ],
)
def test_lists_contents_and_columns_of_prose_are_no_tables(lines: list[tuple[str, str]]) -> None:
    sheet = Sheet()
    for number, (left, right) in enumerate(lines):
        sheet.text(60, 700 - 16 * number, left).text(320, 700 - 16 * number, right)
    text = "\n".join(text_of(sheet))
    assert "；" not in text and all(left in text for left, _ in lines)


def test_a_frame_around_text_is_no_table() -> None:
    sheet = Sheet().rule(50, 600, 500, 600).rule(50, 780, 500, 780).rule(50, 600, 50, 780)
    sheet.rule(500, 600, 500, 780).text(60, 700, "第一条 在框里的条文。")
    assert text_of(sheet) == ["第一条 在框里的条文。"]


def test_a_mixed_file_takes_text_by_text_and_scans_by_recognition() -> None:
    asked: list[int] = []

    def recognise(page: pypdfium2.PdfPage) -> tuple[Block, ...]:
        asked.append(1)
        return ("第二条 扫描页的条文。",)

    data = pdf(Sheet().text(60, 700, "第一条 这一页有文字层，可以直接提取，不需要识别。"), WHITE)
    found = pdf_text(data, recognise)
    assert found.text.split("\n")[1] == "第二条 扫描页的条文。"
    assert "第2页由OCR识别" in found.note and not found.certain and asked == [1]


def test_without_recognition_a_scanned_page_is_named_with_the_way_to_mend_it() -> None:
    found = pdf_text(
        pdf(Sheet().text(60, 700, "这一页有文字层，可以直接提取，不需要识别出来。"), WHITE), None
    )
    assert "第2页是扫描页，没有收入" in found.note and "bagui[ocr]" in found.note and found.certain
    with pytest.raises(Unreadable, match=r"扫描件.*bagui\[ocr\]"):
        pdf_text(pdf(WHITE), None)


def test_each_page_is_heard_of() -> None:
    heard: list[tuple[int, int]] = []
    pdf_text(pdf(*[Sheet().text(60, 700, "文字。")] * 3), None, lambda *step: heard.append(step))
    assert heard == [(1, 3), (2, 3), (3, 3)]


LOCKED = (
    "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + "41" * 32 + "> /U <" + "42" * 32 + "> >> "
    "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] "
)
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.4\nbroken", "已损坏"),
        (b"no pdf at all", "已损坏"),
        (pdf(Sheet()), "没有可提取的文字"),
        (assembled([CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>"], LOCKED), "密码"),
        (assembled([CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 100000 >>", b"<< >>"]), "页"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        pdf_text(data, None)


def test_radicals_become_characters_and_chinese_punctuation_stays() -> None:
    assert normalise("⽆还本续贷，期限３年（⼀次）。") == "无还本续贷，期限3年（一次）。"
