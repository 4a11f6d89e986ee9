"""Which questions policy answers (a refusal, a hand-over, an introduction), and what is taken out of a text before anyone reads it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from assistant.conversation import MAX_QUESTION_CHARS
from assistant.errors import InvalidRequest, TooLarge

# Characters that a person does not see and a model does: tags, variation selectors, zero width, bidi, controls.
_INVISIBLE = re.compile(
    "[\U000e0000-\U000e007f\ufe00-\ufe0f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad\u180e\u061c"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_SPECIAL_TOKEN = re.compile(r"<\|([^|<>]{1,40})\|>|\[/?INST\]|</?s>|</?(tool_call|tool_response|think)>")


@dataclass(frozen=True, slots=True)
class PolicyReply:
    """A question that policy answers, not evidence: refused, handed over, or a word about the assistant itself."""

    rule: str
    status: Literal["refused", "out_of_scope", "answered"]
    text: str


@dataclass(frozen=True, slots=True)
class _Policy:
    rule: str
    status: Literal["refused", "out_of_scope", "answered"]
    pattern: re.Pattern[str]
    text: str

    about_allowed: bool = True


# To ask how an abuse is recognised, punished or forbidden is a compliance question, not a request for help with it.
_ABOUT = re.compile(
    r"识别|防范|发现|信号|特征|后果|责任|处罚|罚|违法|合规吗|可以吗|能不能|禁止|规定|要求|核查|排查|举报|预警|监测|认定|什么是"
)
_WANTS_HELP = re.compile(r"帮我|帮忙|帮客户|帮企业|帮他|替|教我|给我|想办法|搞一|弄一")


def _policy(
    rule: str,
    status: Literal["refused", "out_of_scope", "answered"],
    pattern: str,
    text: str,
    *,
    about_allowed: bool = True,
) -> _Policy:
    return _Policy(rule, status, re.compile(pattern), text, about_allowed)


# What the assistant does not do whatever the evidence says. Each row is one policy, not one case: an act
# (to falsify, to get round, to promise) together with what it is done to.
_POLICIES: tuple[_Policy, ...] = (
    _policy(
        "falsify",
        "refused",
        r"(伪造|造假|虚构|编造|包装|美化|篡改|改高|改低|调高|做高|刷|P图|补一份假|做一份假|假的|倒签)"
        r"[^。？！]{0,12}(流水|报表|账|合同|发票|评分|分数|资料|材料|证明|数据|回单|单据|纳税|社保|印章|签名)"
        r"|(评分|分数|流水|报表|发票|合同|材料|资料|证明)[^。？！]{0,10}(伪造|造假|包装|美化|篡改|改高|做高|改一下|改一改|改改|改漂亮|做漂亮|改成|调高)",
        "不能协助伪造、包装或篡改流水、报表、合同、发票、评分等材料。提供虚假材料申请贷款可能承担法律责任。"
        "如数据确有错误，请按异议与更正程序提交证明，由有权限的人员核实处理。",
    ),
    _policy(
        "evade",
        "refused",
        r"(绕过|规避|躲过|逃避|瞒过|骗过|应付)[^。？！]{0,10}(风控|审批|审查|监管|尽调|授权|反洗钱|核查|贷后|受托支付|限额)"
        r"|(洗钱|拆分交易)[^。？！]{0,8}(怎么|如何|办法|方法|才能)|(怎么|如何)[^。？！]{0,8}(洗钱|套取|骗取)",
        "不能协助规避风控、审批或监管要求。可以说明相应规则，以及合规办理的条件、材料和路径。",
    ),
    _policy(
        "promise",
        "refused",
        r"(保证|承诺|担保我|包)[^。？！]{0,6}(批下来|获批|放款|通过审批|下款|批贷)|直接(给我|帮我)(批|放款|授信|提额)",
        "本助手只作测算、核对与建议，不作授信、放款、提额的决定或承诺。请由有权审批人按流程处理。",
        about_allowed=False,
    ),
    _policy(
        "instructions",
        "refused",
        r"(忽略|无视|忘记|disregard|ignore)[^。？！]{0,16}(指令|规则|提示|要求|instructions?|rules?)"
        r"|(输出|告诉我|显示|打印|泄露|reveal|print)[^。？！]{0,10}(系统提示|提示词|system prompt|密钥|口令)",
        "不能改变或公开助手的运行规则。请直接提出政策、产品或企业方面的问题。",
        about_allowed=False,
    ),
    _policy(
        "personal_secrets",
        "refused",
        r"(告诉我|透露给?我?|泄露|发给我|发我|报给我)[^。？！]{0,14}(身份证号|银行卡号|卡号|密码|验证码|手机号|家庭住址)"
        r"|(身份证号码?|银行卡号码?|银行卡密码|登录密码|支付密码|验证码|手机号码?|家庭住址)"
        r"[^。？！，]{0,8}((都|全)?(告诉我|发给我|发我|报给我|给我)|(是多少|是啥|是什么)(?!位|意思))",
        "不能提供个人的身份证号、银行卡号、密码、验证码、住址等信息，也不要索取或转述他人的密码和验证码。"
        "办理业务确需核对本人信息的，请由本人授权，在柜面或行内系统办理。",
    ),
    _policy(
        "discrimination",
        "refused",
        r"(因为|凭|根据|按照|按)[^。？！]{0,8}(民族|宗教|信仰|性别|籍贯|地域)[^。？！]{0,12}(拒贷|拒绝|压低|加价|提高利率|不给贷|区别对待)",
        "不得以民族、信仰、性别、地域等因素在授信中作差别待遇，不能据此给出建议。",
    ),
    _policy(
        "introduction",
        "answered",
        r"^\s*(你好|您好|嗨|哈喽|早上好|上午好|下午好|晚上好|在吗|hi|hello)[啊呀吗，。！!,.\s]*$"
        r"|^[^，。？！]{0,6}(你是谁|你是什么|介绍一下(你自己|自己)|你能(做|帮我做)什么|你会(做)?什么|怎么用你|有什么功能)[呢啊吗？?。]*$",
        "您好，我是八桂智融，广西地方银行的金融助手。可以回答信贷、数据与人工智能方面的政策规定，查询企业画像，"
        "测算流动资金需求，预测融资需求，核对风险补偿条件，查询LPR。每个数字都附依据；测算与建议不等于授信结论。",
        about_allowed=False,
    ),
    _policy(
        "out_of_scope",
        "out_of_scope",
        r"(写|作|来)(一)?(首|篇|段|个)[^。？！]{0,8}(诗|歌词|小说|情书|作文|笑话|段子|散文)|讲(个|一个)(笑话|故事)"
        r"|(今天|明天|后天|这周|周末)[^。？！]{0,8}(天气|气温|下雨)|天气(怎么样|如何|预报)"
        r"|(推荐|预测)[^。？！]{0,8}(股票|彩票|基金代码|电影|餐厅|景点)|(菜谱|怎么做菜|旅游攻略|星座|算命)"
        r"|(写|编)[^。？！]{0,6}(代码|程序|脚本|爬虫)",
        "这个问题不在服务范围内。本助手回答广西地方银行相关的政策、产品与企业融资问题。",
    ),
)


def clean_question(text: str) -> str:
    """The text without invisible characters, full-width digits folded, model control marks made harmless."""
    visible = _INVISIBLE.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    folded = "".join(
        unicodedata.normalize("NFKC", char) if "\uff10" <= char <= "\uff19" or char in "％．" else char
        for char in visible
    )
    return _SPECIAL_TOKEN.sub(
        lambda m: m.group().replace("<", "〈").replace(">", "〉").replace("[", "〔"), folded
    )


def admit(question: str) -> str:
    """The cleaned question; empty, over-long or unencodable input is an error."""
    if len(question) > MAX_QUESTION_CHARS:
        raise TooLarge(f"问题过长：{len(question)} 字，上限 {MAX_QUESTION_CHARS} 字", param="messages")
    try:
        question.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidRequest("问题含有无法编码的字符", param="messages") from error
    cleaned = clean_question(question).strip()
    if not cleaned:
        raise InvalidRequest("问题为空", param="messages", code="empty_question")
    return cleaned


def review(question: str) -> PolicyReply | None:
    """The first policy the question falls under, or `None`."""
    about = bool(_ABOUT.search(question)) and not _WANTS_HELP.search(question)
    for policy in _POLICIES:
        if policy.pattern.search(question) and not (about and policy.about_allowed):
            return PolicyReply(policy.rule, policy.status, policy.text)
    return None
