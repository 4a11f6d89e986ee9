from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.errors import ConfigurationError
from assistant.tools.risk_pool_eligibility.schemes import find_scheme, load_schemes, schemes
from assistant.tools.risk_pool_eligibility.tool import risk_pool_eligibility
from assistant.tools.rules.load import rules_path
from assistant.tools.rules.ruleset import version_on

TODAY = date(2026, 11, 23)
POOLS = rules_path() / "pools"


def changed(tmp_path: Path, name: str, **changes) -> Path:
    data = yaml.safe_load((POOLS / f"{name}.yaml").read_text(encoding="utf-8")) | changes
    path = tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("自治区人工智能信贷风险补偿资金池", "gx-ai-credit-pool"),
        ("自治区AI信贷风险补偿资金池", "gx-ai-credit-pool"),
        ("AI信贷池", "gx-ai-credit-pool"),
        ("gx-tech-loan", "gx-tech-loan"),
        ("广西科技贷款风险补偿实施办法", "gx-tech-loan"),
        ("广西", "gx-tech-loan"),
        ("风险补偿", "gx-tech-loan"),
        ("珠海", "zhuhai-2022"),
        ("珠海科技信贷风险补偿", "zhuhai-2022"),
        ("中山", "guangdong-ip"),
        ("安徽的池子", "anhui-2022"),
        ("上海 科小 小微", "shanghai-microtech"),
        ("广州市", "guangzhou-2025"),
    ],
)
def test_a_scheme_is_found_by_any_of_its_names(name: str, identity: str):
    found = find_scheme(schemes(), name, TODAY)
    assert found is not None and found.id == identity


@pytest.mark.parametrize("name", ["北京", "", "  ", "住房公积金"])
def test_an_unknown_name_is_no_scheme(name: str):
    assert find_scheme(schemes(), name, TODAY) is None


def test_every_scheme_names_documents_and_holds_no_ratio_it_does_not_know():
    for (scheme,) in schemes().values():
        assert scheme.summary.endswith("。")
        if scheme.mode in {"proposal", "conditions_only"}:
            assert scheme.compensation.rate_pct is None
            assert all(tier.rate_pct is None and tier.not_held for tier in scheme.compensation.tiers)
        if scheme.comparable:
            assert scheme.comparable in schemes()


def test_the_version_in_force_on_the_day_is_chosen(tmp_path: Path):
    changed(
        tmp_path,
        "gx-tech-loan",
        version="old",
        effective_from=date(2023, 1, 1),
        effective_to=date(2026, 1, 15),
    )
    changed(tmp_path, "gx-tech-loan")
    changed(tmp_path, "gx-tech-loan", version="next", effective_from=date(2027, 1, 1))
    versions = load_schemes(tmp_path)["gx-tech-loan"]
    chosen = {
        day: version_on(versions, day).version
        for day in map(
            date.fromisoformat,
            ("2022-06-01", "2023-01-01", "2026-01-15", "2026-01-16", "2026-12-31", "2027-01-01"),
        )
    }
    assert list(chosen.values()) == ["old", "old", "old", "2026", "2026", "next"]
    assert version_on(versions, date(2022, 6, 1)).status(date(2022, 6, 1)) == "not_yet"


def test_an_expired_scheme_stays_and_says_so(tmp_path: Path):
    changed(tmp_path, "guangzhou-2025")
    (scheme,) = load_schemes(tmp_path)["guangzhou-2025"]
    assert version_on((scheme,), date(2029, 1, 1)).status(date(2029, 1, 1)) == "expired"
    assert scheme.status(date(2028, 9, 30)) == "in_force"
    assert scheme.status(date(2025, 9, 30)) == "not_yet"


def _pay(**changes) -> dict:
    held = yaml.safe_load((POOLS / "zhuhai-2022.yaml").read_text(encoding="utf-8"))["compensation"]
    return held | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"mode": "guess"},
        {"inputs": {}},
        {"issued": "soon"},
        {"compensation": _pay(rate_pct=101)},
        {"compensation": _pay(rate_pct="NaN")},
        {"compensation": _pay(combine=None)},
        {"compensation": _pay(surprise=1)},
        {
            "parties": [
                {
                    "id": "x",
                    "label": "某市",
                    "shares": {"bank": 60, "fund": 30},
                    "clause": {"document": "d", "locator": "l"},
                    "confidence": "H",
                }
            ]
        },
    ],
)
def test_a_file_that_breaks_the_schema_is_refused_by_name(tmp_path: Path, changes: dict):
    path = changed(tmp_path, "zhuhai-2022", **changes)
    with pytest.raises(ConfigurationError, match=path.name):
        load_schemes(tmp_path)


def test_no_rules_at_all_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigurationError):
        load_schemes(tmp_path)


_KINDS = {
    "bool": "flag",
    "money": "money",
    "percent": "percent",
    "int": "months",
    "choice": "choice",
    "list": "choice",
}


def test_the_tool_can_be_given_every_input_that_a_scheme_asks_for():
    args = risk_pool_eligibility.args
    for (scheme,) in schemes().values():
        for name, declared in scheme.inputs.items():
            assert args[name].kind == _KINDS[declared.type], (scheme.id, name)
            assert args[name].unit == declared.unit, (scheme.id, name)
            assert args[name].choices.keys() == declared.choices.keys(), (scheme.id, name)
