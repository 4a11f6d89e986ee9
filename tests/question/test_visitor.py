"""A visitor who asks for an enterprise's own data is told to sign in, and learns nothing of the register."""

from __future__ import annotations

import pytest

from assistant.passage import Passage
from assistant.question.visitor import needs_sign_in

PATENT = Passage(
    id="p", source_id="p", document_id="law", version="1", generation=1, collection="regulations",
    title="专利法", locator="第四十二条", text="发明专利权的期限为二十年。",
)  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "璟笙视觉的纳税情况和财务画像怎么样",
        "我们公司最近的纳税情况",
        "查一下南宁某某科技有限公司的流水",
        "贵公司去年开票多少",
        "柳创精密有多少专利",
    ],
)
def test_one_enterprises_own_data_needs_a_sign_in_whether_or_not_it_is_a_customer(question: str):
    assert needs_sign_in(question, reads_enterprise=True, passages=[PATENT])


@pytest.mark.parametrize(
    ("question", "reads"),
    [
        ("发明专利的保护期是多少年", True),
        ("我公司的发明专利能质押吗", True),
        ("我们公司申请科技贷款要什么条件", True),
        ("我们公司想了解流动资金贷款期限最长几年", False),
        ("企业画像包括哪些数据", True),
    ],
)
def test_what_is_public_stays_open(question: str, reads: bool):
    assert not needs_sign_in(question, reads_enterprise=reads, passages=[PATENT])


def test_a_credit_code_is_always_somebodys():
    assert needs_sign_in("914599999000000067的征信记录", reads_enterprise=False, passages=[])
