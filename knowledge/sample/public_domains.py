"""The registration and intellectual property records of a fictional enterprise, and what lists show of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from assistant.tools.enterprise_data.contract import DomainRecord
from knowledge.sample.cashflow import Months
from knowledge.sample.figures import money
from knowledge.sample.money_domains import headcount, record_of
from knowledge.sample.names import person_id
from knowledge.sample.profile import Profile

# (employees, revenue 万元) from which a firm of the trade is medium, then small: 工信部联企业〔2011〕300号.
_SIZES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "ai": ((100, 1000), (10, 50)),
    "software": ((100, 1000), (10, 50)),
    "trade": ((20, 5000), (5, 1000)),
    "retail": ((50, 500), (10, 100)),
    "agri": ((0, 500), (0, 50)),
    "logistics": ((300, 3000), (20, 200)),
    "building": ((0, 6000), (0, 300)),
}
_INDUSTRY = ((300.0, 2000.0), (20.0, 300.0))
_INDUSTRY_CODES = {
    "ai": "I65", "software": "I65", "machinery": "C35", "newenergy": "C38", "electronics": "C39", "food": "C14",
    "biomed": "C27", "trade": "F51", "retail": "F52", "agri": "A01", "logistics": "G54", "building": "E47",
}  # fmt: skip
_COUNTIES = ("示例高新区（虚构）", "示例产业园（虚构）", "示例商务区（虚构）")
_SCOPES = {
    "ai": "人工智能应用软件开发；算法服务；数据处理服务",
    "software": "软件开发；信息系统集成服务；信息技术咨询",
    "machinery": "通用设备及零部件制造、销售、维修",
    "newenergy": "电池材料及储能部件制造、销售",
    "electronics": "电子元器件制造、销售；货物进出口",
    "food": "食糖及果蔬食品加工、销售",
    "biomed": "中药材及生物制品研发、生产",
    "trade": "货物进出口；日用品、农产品批发",
    "retail": "日用百货零售；预包装食品销售",
    "agri": "水果、茶叶种植与初加工；水产养殖",
    "logistics": "道路货物运输；仓储与货运代理",
    "building": "房屋建筑工程施工；机电安装",
}


def industry_code(profile: Profile) -> str:
    """Division of GB/T 4754-2017 that the trade belongs to."""
    return _INDUSTRY_CODES[profile.sector.key]


def size_class(profile: Profile, employees: int, revenue: float) -> str:
    """大型 is not told apart: the sample holds small and medium firms only."""
    medium, small = _SIZES.get(profile.sector.key, _INDUSTRY)
    if employees >= medium[0] and revenue >= medium[1]:
        return "中型"
    return "小型" if employees >= small[0] and revenue >= small[1] else "微型"


def stage_of(profile: Profile) -> str:
    if profile.path == "distress":
        return "困境期"
    if profile.path == "startup":
        return "初创期"
    return {"growth": "成长期", "decline": "转型期"}.get(profile.path, "成熟期")


def registration_record(
    rng: np.random.Generator, profile: Profile, months: Months, anchor: date, city: str
) -> DomainRecord:
    """The public record. A distressed firm is on the abnormal list and has enforcement cases: public marks."""
    distress = profile.path == "distress"
    insured = int(headcount(profile, months)[-1])
    certifications = []
    if profile.sector.research >= 0.04 and len(months.sales) >= 18:
        certifications += ["科技型中小企业"] * (rng.random() < 0.75)
        established = float(months.sales[-12:].sum()) >= 1000 and len(months.sales) >= 24
        certifications += ["高新技术企业"] * (established and rng.random() < 0.65)
        certifications += ["专精特新中小企业"] * (established and rng.random() < 0.3)
    if profile.exports > 0:
        certifications.append("对外贸易经营者备案")
    scope = _SCOPES[profile.sector.key]
    if profile.exports > 0 and "进出口" not in scope:
        scope += "；货物进出口"
    fields: dict[str, Any] = {
        "registered_capital": money(float(np.ceil(profile.revenue * rng.uniform(0.1, 0.5) / 50) * 50)),
        "founded": profile.founded.isoformat(),
        "city": city,
        "address": f"{city}{_COUNTIES[profile.ordinal % 3]}示例路{profile.ordinal + 1}号",
        "industry": profile.sector.industry,
        "business_scope": scope,
        "status": "存续",
        "legal_person": person_id(profile.ordinal * 2),
        "employees": max(1, round(insured * float(rng.uniform(0.95, 1.12)))),
        "abnormal_listed": distress,
        "enforcement_count": int(rng.integers(1, 4)) if distress else 0,
        "certifications": certifications,
    }
    return record_of("registration", anchor, 0, fields, tables={"related_parties": ()})


def property_record(rng: np.random.Generator, profile: Profile, anchor: date, late: int) -> DomainRecord:
    """Patents and software rights; numbers are of a made-up form that no office uses."""
    years = max(1.0, profile.months / 12)
    drive = profile.sector.research * years * (profile.revenue / 1000) ** 0.4
    grants = [("发明", int(rng.poisson(drive * 5))), ("实用新型", int(rng.poisson(drive * 9)))]
    software = int(rng.poisson(drive * (18 if profile.sector.key in ("ai", "software") else 3)))
    rows: list[dict[str, Any]] = []
    kinds = [kind for kind, count in grants for _ in range(min(count, 30))] + ["软著"] * min(software, 30)
    life = max(60, (anchor - profile.founded).days - 60)
    for number, kind in enumerate(kinds, start=1):
        filed = profile.founded + timedelta(days=int(rng.integers(30, life)))
        age = (anchor - filed).days
        waits = {"发明": 600, "实用新型": 200, "软著": 45}[kind]
        rows.append(
            {
                "number": f"示例知产{profile.ordinal:04d}-{number:03d}",
                "kind": kind,
                "filed": filed.isoformat(),
                "status": ("登记" if kind == "软著" else "有效") if age > waits else "在审",
                "pledged": bool(kind == "发明" and age > waits and rng.random() < 0.12),
            }
        )
    alive = [row for row in rows if row["status"] != "在审"]
    fields = {
        "invention_count": sum(row["kind"] == "发明" for row in alive),
        "utility_count": sum(row["kind"] == "实用新型" for row in alive),
        "pending_count": len(rows) - len(alive),
        "software_count": sum(row["kind"] == "软著" for row in alive),
        "trademark_count": int(rng.poisson(1.5 + profile.months / 30)),
        "pledged_count": sum(row["pledged"] for row in rows),
    }
    return record_of("intellectual_property", anchor, late, fields, tables={"rights": tuple(rows)})
