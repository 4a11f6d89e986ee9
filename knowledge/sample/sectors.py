"""Trades of the fictional enterprises: their economics, seasons and what they borrow for.

All figures are the sample's own assumptions, chosen to differ visibly between trades; none is a statistic.
"""

from __future__ import annotations

from dataclasses import dataclass

PURPOSES = ("流动资金", "设备购置", "研发投入", "市场拓展")


@dataclass(frozen=True, slots=True)
class Sector:
    """`revenue` is the median annual revenue in 万元. Shares are of revenue; days are turnover days.

    `months` are twelve monthly multipliers of sales (January first), `idle` how much of a month's sales the
    Spring Festival takes away, `noise` the monthly log standard deviation. `project` is the weight of
    equipment, research and market projects, `project_rate` how many start in a year.
    """

    key: str
    industry: str
    words: tuple[str, ...]
    suffix: str
    revenue: float
    gross: float
    payroll: float
    research: float
    receivable_days: float
    inventory_days: float
    payable_days: float
    vat_pct: int
    months: tuple[float, ...]
    idle: float
    noise: float
    project: tuple[float, float, float]
    project_rate: float
    exports: float = 0.0
    weight: float = 1.0
    manufacturing: bool = False


FLAT = (1.0,) * 12
YEAR_END = (0.8, 0.75, 0.95, 0.95, 0.95, 1.05, 0.9, 0.95, 1.05, 1.0, 1.2, 1.45)
SUGAR = (1.6, 1.4, 1.35, 0.9, 0.7, 0.6, 0.6, 0.65, 0.75, 0.95, 1.15, 1.35)
HARVEST = (1.1, 0.8, 0.7, 0.75, 0.85, 1.2, 1.35, 1.3, 1.1, 1.05, 0.9, 0.9)
SHOPPING = (1.35, 1.05, 0.85, 0.85, 0.95, 1.05, 0.9, 0.9, 1.0, 1.1, 1.1, 0.9)
EXPORT = (1.0, 0.7, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.1, 1.0, 0.85)
BUILDING = (0.9, 0.6, 0.85, 1.0, 1.05, 1.05, 0.95, 0.95, 1.05, 1.1, 1.2, 1.3)

SECTORS: tuple[Sector, ...] = (
    Sector("ai", "人工智能", ("智能", "智算", "语智", "视觉"), "科技有限公司", 900, 0.62, 0.26, 0.15,
           75, 10, 30, 6, YEAR_END, 0.35, 0.16, (0.15, 0.6, 0.25), 0.8, weight=1.3),
    Sector("software", "软件和信息技术服务业", ("软件", "数科", "云联"), "信息技术有限公司", 1600, 0.5, 0.25, 0.08,
           80, 8, 35, 6, YEAR_END, 0.35, 0.13, (0.1, 0.5, 0.4), 0.55),
    Sector("machinery", "装备制造业", ("精工", "机械", "重工"), "机械制造有限公司", 6200, 0.26, 0.1, 0.04,
           85, 70, 55, 13, FLAT, 0.55, 0.09, (0.7, 0.2, 0.1), 0.5, 0.05, 1.2, True),
    Sector("newenergy", "新能源材料制造业", ("新材", "储能", "锂材"), "新材料制造有限公司", 8800, 0.22, 0.07, 0.06,
           70, 55, 60, 13, FLAT, 0.4, 0.14, (0.65, 0.25, 0.1), 0.7, 0.1, 1.0, True),
    Sector("electronics", "电子信息制造业", ("电子", "光电", "微电"), "电子制造有限公司", 7400, 0.24, 0.09, 0.04,
           60, 45, 50, 13, EXPORT, 0.5, 0.1, (0.6, 0.25, 0.15), 0.55, 0.45, 1.1, True),
    Sector("food", "食品制造业", ("糖业", "食品", "果味"), "食品制造有限公司", 5200, 0.2, 0.07, 0.01,
           35, 60, 30, 13, SUGAR, 0.3, 0.1, (0.55, 0.05, 0.4), 0.4, 0.08, 1.1, True),
    Sector("biomed", "医药制造业", ("生科", "药研", "本草"), "生物医药有限公司", 3600, 0.48, 0.16, 0.1,
           75, 80, 45, 13, FLAT, 0.3, 0.09, (0.3, 0.55, 0.15), 0.5, 0.03, 0.8, True),
    Sector("trade", "批发业", ("跨境", "商贸", "国贸"), "贸易有限公司", 9500, 0.1, 0.03, 0.0,
           40, 30, 25, 13, EXPORT, 0.5, 0.13, (0.1, 0.0, 0.9), 0.35, 0.6, 1.1),
    Sector("retail", "零售业", ("优选", "百货", "便民"), "商业有限公司", 2400, 0.24, 0.1, 0.0,
           8, 40, 35, 13, SHOPPING, -0.15, 0.08, (0.25, 0.0, 0.75), 0.35, weight=0.8),
    Sector("agri", "农林牧渔业", ("果蔬", "茶林", "渔牧"), "农业发展有限公司", 1500, 0.28, 0.12, 0.01,
           40, 50, 25, 9, HARVEST, 0.1, 0.17, (0.6, 0.05, 0.35), 0.4, 0.05, 0.8),
    Sector("logistics", "交通运输业", ("物流", "通运", "联运"), "物流有限公司", 3800, 0.2, 0.12, 0.0,
           55, 3, 25, 9, EXPORT, 0.5, 0.09, (0.75, 0.05, 0.2), 0.4, weight=0.9),
    Sector("building", "建筑业", ("建工", "筑造", "安装"), "建设工程有限公司", 7800, 0.14, 0.06, 0.0,
           110, 25, 75, 9, BUILDING, 0.6, 0.2, (0.6, 0.05, 0.35), 0.35, weight=0.8),
)  # fmt: skip
BY_KEY: dict[str, Sector] = {sector.key: sector for sector in SECTORS}
