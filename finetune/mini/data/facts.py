"""Invented rules whose answer is one exact sentence: what is asked of which thing, among near misses."""

from __future__ import annotations

import random
from dataclasses import replace

from assistant.answer import Authority, LegalStatus
from finetune.mini.data.scene import Source
from finetune.mini.data.values import chinese, words

_HEAD = words(
    "桂 邕 柳 漓江 北部湾 东盟 山海 青禾 云帆 智创 金穗 红棉 西江 象山 丝路 星火 港湾 蓝海 瑶山 朝阳"
)
_MIDDLE = words(
    "科创 绿色 普惠 跨境 农链 税易 知识产权 算力 外贸 首贷 设备 仓单 订单 边贸 人才 专精特新 供应链 数据 低碳 文旅"
)
_TAIL = words("贷 信用贷 贴息 担保 补偿资金 券 补贴 保险 授信 通 快贷 专项资金")
_TOPICS = words(
    "征信查询 数据出境 贷款分类 反洗钱 客户信息保护 票据业务 抵押登记 债券承销 账户管理 外汇结算 融资担保 委托贷款 算法备案 消费者投诉 贷后检查 押品评估 关联交易 电子签名 流动性风险 信息披露"
)
_FORMS = words("管理办法 实施细则 暂行规定 操作规程 工作指引 条例 通知")
_BODIES = words(
    "省级财政部门 地方金融管理局 人民银行分行 金融监管局 科技厅 工信部门 总行风险管理部 授信审批委员会 征信中心 数据局 登记机构 经办支行 合规部门 仲裁机构"
)
_PAPERS = words(
    "营业执照 财务报表 纳税证明 购销合同 社保缴费记录 专利证书 授权书 用款计划 公司章程 银行流水 审计报告 身份证明 项目批文 检测报告"
)


def _num(rng: random.Random, low: int, high: int) -> str:
    value = rng.randrange(low, high)
    return chinese(value) if value < 100 and rng.random() < 0.2 else str(value)


# Topic of a rule: locators, sentences ({o} thing, {…} values), continuations, questions ({o} may be left out).
Topic = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
TOPICS: tuple[Topic, ...] = (
    (
        ("期限", "贷款期限", "使用期限"),
        ("{o}的期限最长不超过{n}年。", "{o}期限一般为{n}个月，最长{n}年。"),
        ("确有需要的，可以再延长{n}个月。",),
        ("{o}最长几年", "{o}能用多久", "{o}期限[多长|是多少]", "{o}[可以|最多]放几年", "{o}借多长时间要还"),
    ),
    (
        ("利率", "定价", "资金价格"),
        ("{o}的年利率为{n}%。", "{o}利率按一年期LPR加{n}个基点执行。"),
        ("首次办理的企业，利率再下调{n}个基点。",),
        ("{o}利率[多少|是几]", "{o}利息[高不高|怎么算]", "{o}年化几个点", "{o}资金成本[是多少|]"),
    ),
    (
        ("额度", "额度上限", "金额"),
        ("{o}单户最高{n}万元。", "{o}的金额上限为{n}万元。"),
        ("连续两年守信的企业，上限提高到{n}万元。",),
        ("{o}最多[能借|给]多少钱", "{o}额度[多少|上限]", "{o}单户上限是多少", "{o}最高多少万"),
    ),
    (
        ("补贴标准", "补助比例", "支持标准"),
        ("{o}按实际支出的{n}%给予补助。", "{o}的补贴比例为{n}%，每家企业每年不超过{n}万元。"),
        ("与其他补贴不重复享受。",),
        ("{o}补[多少|几成]", "{o}补贴比例[是多少|]", "{o}能拿回多少钱", "{o}补助标准"),
    ),
    (
        ("申请条件", "准入条件", "适用对象"),
        ("{o}的申请人应当在本地注册满{n}个月。", "申请{o}，企业上年营业收入不低于{n}万元。"),
        ("失信企业不得申请。", "企业还应当没有未结清的逾期。"),
        ("{o}要什么条件", "谁[能|可以]申请{o}", "{o}[门槛|准入要求]是什么", "什么样的企业能办{o}"),
    ),
    (
        ("申请材料", "所需材料", "报送资料"),
        ("申请{o}需要提交{p}、{p}和{p}。", "{o}的材料包括{p}和{p}。"),
        ("材料不全的，{n}个工作日内一次告知。",),
        ("{o}要[带|准备]什么材料", "办{o}需要哪些资料", "{o}交什么文件", "{o}材料清单"),
    ),
    (
        ("受理机构", "主管部门", "登记机关"),
        ("{o}由{b}负责受理。", "{o}的主管部门是{b}。"),
        ("{b}配合办理。",),
        ("{o}找谁办", "{o}去哪里[办|申请]", "{o}归哪个部门管", "哪家单位负责{o}"),
    ),
    (
        ("办理时限", "审批时间", "办结时限"),
        ("{o}自受理之日起{n}个工作日内办结。", "收到{o}申请后，{b}应当在{n}日内答复。"),
        ("情况复杂的，可以延长{n}日。",),
        ("{o}多久能办下来", "{o}几天[出结果|能批]", "{o}审批要多长时间", "{o}办理时限"),
    ),
    (
        ("审批权限", "审批", "决策程序"),
        ("{o}超过{n}万元的，由{b}审批。", "{o}须经{b}批准后方可办理。"),
        ("审批记录保存{n}年。",),
        ("{o}谁来批", "{o}要哪一级审批", "{o}需要谁同意", "{o}审批权在哪里"),
    ),
    (
        ("用途限制", "禁止用途", "资金用途"),
        (
            "{o}不得用于购买{p}以外的金融产品。",
            "{o}的资金不得用于股东分红和对外投资。",
            "{o}只能用于日常生产经营。",
        ),
        ("挪用资金的，提前收回。",),
        ("{o}[能|可以]拿来做什么", "{o}不能用在哪里", "{o}资金用途[有什么限制|]", "{o}可以用来炒股吗"),
    ),
    (
        ("法律责任", "罚则", "处罚"),
        ("违反{o}规定的，处{n}万元以上{n}万元以下罚款。", "{o}违规的单位，由{b}责令改正，罚款{n}万元。"),
        ("情节严重的，加倍处罚。",),
        ("{o}违规[罚多少|怎么罚]", "违反{o}有什么后果", "{o}罚款金额", "不遵守{o}会怎样"),
    ),
    (
        ("保存期限", "档案保存", "记录留存"),
        ("{o}的记录至少保存{n}年。", "{o}档案自业务结束之日起保存{n}年。"),
        ("电子记录同样适用。",),
        ("{o}[资料|记录]留多久", "{o}档案保存几年", "{o}的材料多久能销毁"),
    ),
    (
        ("施行日期", "实施时间", "生效"),
        ("{o}自{n}年{n}月1日起施行。", "{o}于发布后{n}日起生效。"),
        ("此前的规定同时废止。",),
        ("{o}什么时候[开始执行|生效]", "{o}哪天施行", "{o}从何时起用"),
    ),
    (
        ("担保方式", "增信措施", "抵押担保"),
        ("{o}采用信用方式，不要求抵押。", "{o}由担保公司提供{n}%的保证。"),
        ("已有抵押物的，可以提高额度。",),
        ("{o}要不要抵押", "{o}怎么担保", "{o}需要担保人吗", "{o}增信方式"),
    ),
    (
        ("还款方式", "还款安排", "还本付息"),
        ("{o}按月付息、到期还本。", "{o}每季度归还本金的{n}%。"),
        ("允许提前还款，不收违约金。",),
        ("{o}怎么还[款|钱]", "{o}还款方式", "{o}能提前还吗", "{o}本金什么时候还"),
    ),
    (
        ("分担比例", "损失分担", "风险分担"),
        ("{o}的损失由财政承担{n}%、银行承担{n}%。", "{o}发生损失的，补偿比例为{n}%。"),
        ("追回的款项先冲减补偿。",),
        ("{o}坏了谁承担", "{o}损失怎么分", "{o}补偿比例[多少|]", "{o}财政[兜底|分担]多少"),
    ),
    (
        ("总规模", "资金规模", "年度预算"),
        ("{o}的总规模为{n}亿元。", "{o}每年安排{n}万元。"),
        ("用完为止。",),
        ("{o}一共多少钱", "{o}盘子多大", "{o}总额度[多少|]", "{o}资金规模"),
    ),
    (
        ("授权与同意", "授权", "知情同意"),
        ("办理{o}应当取得企业的书面授权。", "{o}须经本人单独同意。"),
        ("授权可以随时撤回。",),
        ("{o}要不要[授权|签字同意]", "{o}需要本人同意吗", "没有授权能做{o}吗"),
    ),
    (
        ("评分门槛", "评价标准", "合格标准"),
        ("{o}的评分达到{n}分为合格。", "{o}评价满分{n}分，{n}分以上入选。"),
        ("单项为零的不予通过。",),
        ("{o}多少分[合格|才行]", "{o}怎么评分", "{o}及格线"),
    ),
    (
        ("比例要求", "研发占比", "指标要求"),
        ("{o}要求研发费用占比不低于{n}%。", "{o}要求资产负债率不高于{n}%。"),
        ("按最近一年审计数计算。",),
        ("{o}对[占比|比例]有什么要求", "{o}研发投入要达到多少", "{o}负债率不能超过多少"),
    ),
    (
        ("报告时限", "事件报告", "报送"),
        ("{o}出现风险的，{n}小时内报告{b}。", "{o}每季度结束后{n}日内报送{b}。"),
        ("迟报的予以通报。",),
        ("{o}出事多久要上报", "{o}向谁报告", "{o}报送时间", "{o}几小时内报告"),
    ),
    (
        ("观察期", "考察期"),
        ("{o}的观察期不少于{n}个月。", "{o}观察期为连续{n}个还款期。"),
        ("观察期内逾期的，重新计算。",),
        ("{o}观察多久", "{o}观察期[多长|几个月]", "{o}要看多长时间才能调整"),
    ),
    (
        ("展期与续贷", "续期", "延期"),
        ("{o}展期不得超过{n}个月。", "{o}到期前{n}日可以申请续贷。"),
        ("展期只能办理一次。",),
        ("{o}能不能[展期|延期]", "{o}到期了可以续吗", "{o}最多延多久"),
    ),
    (
        ("计算方法", "计算公式", "测算口径"),
        ("{o}的金额按实缴数乘以{n}%计算。", "{o}按上年末余额的{n}%核定。"),
        ("结果保留两位小数。",),
        ("{o}[怎么算|如何计算]", "{o}计算公式", "{o}金额是怎么得出来的"),
    ),
    (
        ("申诉与异议", "异议处理", "投诉渠道"),
        ("对{o}结果有异议的，{n}日内向{b}提出。", "{o}的投诉由{b}处理。"),
        ("处理结果书面告知。",),
        ("{o}不服[怎么办|找谁]", "{o}怎么申诉", "{o}有异议多久内提"),
    ),
    (
        ("信息安全", "数据要求", "数据留存"),
        ("{o}涉及的客户信息不得留存超过{n}天。", "{o}的数据应当脱敏后使用。"),
        ("不得提供给第三方。",),
        ("{o}的数据能留多久", "{o}客户信息怎么保护", "{o}数据可以给别人吗"),
    ),
)


def thing(rng: random.Random) -> tuple[str, str]:
    """A thing that rules are about: its title and how it is called."""
    if rng.random() < 0.55:
        name = f"{rng.choice(_HEAD)}{rng.choice(_MIDDLE)}{rng.choice(_TAIL)}"
        return rng.choice((name, f"{name}{rng.choice(_FORMS)}")), name
    topic = f"{rng.choice(('', '', rng.choice(_MIDDLE)))}{rng.choice(_TOPICS)}"
    return f"{topic}{rng.choice(_FORMS)}", topic


def rule(title: str, name: str, topic: Topic, rng: random.Random) -> Source:
    """One passage about one topic of a thing; its answer is the main sentence and what continues it."""
    locators, mains, more, _ = topic
    sentences = [rng.choice(mains)]
    gold = [0]
    if rng.random() < 0.4:
        sentences.append(rng.choice(more))
        gold.append(1)
    if rng.random() < 0.25:
        sentences.insert(0, rng.choice(("为规范{o}，制定本条。", "本条适用于{o}。", "以下内容与{o}有关。")))
        gold = [position + 1 for position in gold]
    filled = tuple(_fill(sentence, name, rng) for sentence in sentences)
    locator = rng.choice(locators) if rng.random() < 0.8 else f"第{chinese(rng.randrange(1, 60))}条"
    return Source(title, locator, filled, tuple(gold), *_state(rng))


def _fill(sentence: str, name: str, rng: random.Random) -> str:
    text = sentence.replace("{o}", name)
    while "{n}" in text:
        text = text.replace("{n}", _num(rng, 1, 500 if "万" in text or "亿" in text else 60), 1)
    while "{p}" in text:
        text = text.replace("{p}", rng.choice(_PAPERS), 1)
    while "{b}" in text:
        text = text.replace("{b}", rng.choice(_BODIES), 1)
    return text


def _state(rng: random.Random) -> tuple[LegalStatus, Authority]:
    status: LegalStatus = rng.choices(("in_force", "unknown", "expired", "not_yet"), (80, 8, 7, 5))[0]  # pyright: ignore
    authority: Authority = rng.choices(
        ("national", "local", "proposal", "internal", "fictional"), (50, 25, 8, 7, 10)
    )[0]  # pyright: ignore
    return status, authority


def scene(rng: random.Random, *, width: int, absent: bool) -> tuple[str, str, Source | None, list[Source]]:
    """A question, its family, the source that answers it (unless `absent`) and distractors."""
    title, name = thing(rng)
    at = rng.randrange(len(TOPICS))
    topic = TOPICS[at]
    asked = rng.randrange(len(topic[3]))
    question = topic[3][asked]
    others: list[Source] = []
    while len(others) < width:
        style = rng.random()
        other_title, other_name = thing(rng)
        if style < 0.45:
            others.append(rule(title, name, TOPICS[(at + rng.randrange(1, len(TOPICS))) % len(TOPICS)], rng))
        elif style < 0.8:
            others.append(rule(other_title, other_name, topic, rng))
        else:
            others.append(rule(other_title, other_name, rng.choice(TOPICS), rng))
    family = f"fact{at}.{asked}"
    if absent:
        return question.replace("{o}", name), family, None, others
    gold = rule(title, name, topic, rng)
    if rng.random() < 0.12:
        # An earlier version of the same rule beside the one in force: the one in force answers.
        gold = replace(gold, status="in_force")
        others[-1] = replace(rule(title, name, topic, rng), status="expired")
    elif gold.status in {"expired", "not_yet"} and rng.random() < 0.5:
        gold = replace(gold, status="in_force")
    return question.replace("{o}", name), family, gold, others
