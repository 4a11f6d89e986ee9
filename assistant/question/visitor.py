"""A visitor who asks for an enterprise's own data: how that is seen, and what the visitor is told.

Nothing here looks into the register: whether an enterprise is a customer must not show in what a visitor is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.passage import Passage
from assistant.question.asking import asks_rule
from assistant.words.identifiers import CREDIT_CODE

SIGN_IN = (
    "您现在是访客，这里只能回答公开的政策、产品和办理条件。"
    "企业自己的纳税、流水、画像、融资需求等数据，请先在本网站登录企业账号，再从登录后的页面提问；也可以联系客户经理。"
)
SIGN_IN_TO_COMPUTE = "您给出的数字没有参与以上内容：访客不能使用测算工具，以上只是公开的规则与示例。请先在本网站登录企业账号，再提问即可测算。"
SIGN_IN_MISSING = "企业身份：请通过本网站登录"
_POINTS_TO_ONE = re.compile(
    r"(?:我们|我|咱们?|本|这家|这个|那家|贵|该)的?(?:企业|公司|厂|店|司|集团|合作社)|我司|贵司"
    r"|[\u4e00-\u9fffA-Za-z]{2,}(?:有限公司|股份公司|集团|合作社|[^们我本该贵这那]公司|[^们我本该贵这那]厂)"
)
_SUBJECT = re.compile(
    r"(?:请问|请|麻烦)?(?:帮我|给我)?(?:查一下|查询|查下|查|看一下|看看|看下|看|想知道|我想知道|说说)?"
    r"(?P<name>[\u4e00-\u9fffA-Za-z0-9（）()·]{2,16}?)(?:的|最近|近期|近|目前|现在|去年|今年|上年|未来|"
    r"接下来|往后|今后|下个?季度|下半年|什么时候|有多少|有几|有没有|注册|成立|经营|怎么样)"
)


def needs_sign_in(question: str, *, reads_enterprise: bool, passages: Sequence[Passage]) -> bool:
    """Whether the question is for one enterprise's own data.

    `reads_enterprise` says that the tool nearest to the question reads such data. A bare name counts as an
    enterprise's when no public passage that was found knows it: "发明专利" is in them, a firm's short name is not.
    """
    if CREDIT_CODE.search(question):
        return True
    if not reads_enterprise or asks_rule(question):
        return False
    if _POINTS_TO_ONE.search(question):
        return True
    subject = _SUBJECT.match(question)
    return subject is not None and not any(
        subject["name"] in passage.title or subject["name"] in passage.text for passage in passages
    )
