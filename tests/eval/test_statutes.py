"""The check of statute splitting counts what comes back, and names what does not."""

import gzip
import json
from pathlib import Path

import pytest

from eval.statutes import STYLES, measure, read_laws

LAW = {
    "law_id": "X1",
    "title": "示例条例",
    "issued": ["2020年1月1日公布"],
    "articles": [
        {"no": "第一条", "n": 1, "path": ["第一章 总则"], "text": "为了规范经营，根据有关法律，制定本条例。"},
        {"no": "第二条", "n": 2, "path": ["第二章 管理", "第一节 登记"], "text": "应当登记：\n（一）名称；\n（二）住所。"},
        {"no": "第二条之一", "n": 2, "path": ["第二章 管理", "第一节 登记"], "text": "变更应当另行登记。"},
        {"no": "第三条", "n": 3, "path": ["第三章 附则"], "text": "本条例自2020年3月1日起施行。"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_every_style_comes_back(style: str) -> None:
    figures = measure([LAW], style)
    assert (figures.exact, figures.articles, figures.placed, figures.wrong) == (4, 4, 4, ())


def test_what_is_lost_is_named(tmp_path: Path) -> None:
    law = {**LAW, "articles": [*LAW["articles"], {"no": "第四条", "n": 4, "path": [], "text": "的规定。"}]}
    path = tmp_path / "laws.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(law, ensure_ascii=False))
    figures = measure(list(read_laws(path)), "space")
    assert figures.share < 1 and "第四条" in figures.wrong[0]
