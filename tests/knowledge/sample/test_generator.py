"""The sample: deterministic, fictional, mixed as promised, and consistent except where it breaks on purpose."""

import time
from datetime import date

import pytest

from assistant.tools.enterprise_data.crosscheck import cross_checks
from knowledge.sample.generator import ANCHOR, generate
from knowledge.sample.names import CITIES


def _payloads(enterprise):
    return {domain: record.payload() for domain, record in enterprise.records.items()}


def test_same_seed_same_sample_and_fast():
    start = time.process_time()
    first = generate(120, seed=5)
    assert time.process_time() - start < 3
    second = generate(120, seed=5)
    assert [_payloads(e) for e in first.enterprises] == [_payloads(e) for e in second.enterprises]
    assert first.rings == second.rings
    assert [e.consents for e in first.enterprises] == [e.consents for e in second.enterprises]


def test_another_seed_gives_other_figures():
    first, second = generate(3, seed=5), generate(3, seed=6)
    assert _payloads(first.enterprises[1]) != _payloads(second.enterprises[1])


def test_an_enterprise_does_not_depend_on_the_count():
    few, more = generate(5, seed=5), generate(40, seed=5)
    assert [_payloads(e) for e in few.enterprises] == [_payloads(e) for e in more.enterprises[:5]]


@pytest.mark.parametrize("count", [0, -1, 20_001])
def test_count_out_of_range_is_refused(count):
    with pytest.raises(ValueError, match="count"):
        generate(count)


def test_all_six_domains_and_their_months(sample):
    assert len(sample.enterprises) == 300
    for enterprise in sample.enterprises:
        assert set(enterprise.records) == {
            "registration", "tax", "social_insurance", "intellectual_property", "customs", "bank_credit",
        }  # fmt: skip
        bank = enterprise.records["bank_credit"]
        assert bank.months[-1] == ANCHOR.isoformat()[:7]
        if enterprise.stage == "初创期":
            assert 4 <= len(bank.months) < 24
        else:
            assert 36 <= len(bank.months) <= 60


def test_everything_was_delivered_soon_after_the_anchor(sample):
    days = [(r.delivered - ANCHOR).days for e in sample.enterprises for r in e.records.values()]
    assert max(days) <= 31


def test_the_anchor_can_be_moved():
    moved = generate(2, seed=5, anchor=date(2025, 2, 10))
    assert moved.enterprises[1].records["bank_credit"].months[-1] == "2025-02"


def test_names_are_marked_fictional_and_short_names_unique(sample):
    for enterprise in sample.enterprises:
        assert enterprise.name.endswith("（虚构）")
        assert "示例" in enterprise.name
        assert enterprise.short_name in enterprise.name
        assert enterprise.city in CITIES
        assert "虚构" in enterprise.description
    assert len({e.short_name for e in sample.enterprises}) == 300
    assert len({e.name for e in sample.enterprises}) == 300


def test_first_forty_hold_the_promised_mix(sample):
    first = sample.enterprises[:40]
    assert [e.code for e in sample.enterprises] == sorted(e.code for e in sample.enterprises)
    assert any("AI初创" in e.labels and e.consent_kind == "full" for e in first)
    assert any("制造" in e.industry for e in first)
    assert any("出口" in e.labels for e in first)
    assert any(e.stage == "困境期" for e in first)
    assert any(len(e.records["bank_credit"].months) < 12 and e.consents for e in first)
    assert any(not e.consents for e in first)
    assert any(0 < len(e.consents) < 5 for e in first)


def test_distress_in_a_list_rests_on_public_marks_only(sample):
    for enterprise in sample.enterprises:
        listed = enterprise.records["registration"].fields["abnormal_listed"]
        assert listed == (enterprise.stage == "困境期") == ("经营异常" in enterprise.labels)


def test_most_enterprises_opened_several_domains(sample):
    opened = sum(len(e.consents) >= 2 and e.consent_kind != "expired" for e in sample.enterprises)
    assert opened > 200
    for enterprise in sample.enterprises:
        for consent in enterprise.consents:
            assert consent.from_days < 0
            assert (consent.to_days < 0) == (enterprise.consent_kind == "expired")


def test_figures_agree_except_where_planted(sample):
    breaks = {"invoice_ring", "understated_tax", "headcount_conflict", "shell_group"}
    checked = 0
    for enterprise in sample.enterprises:
        checks = cross_checks(_payloads(enterprise))
        wrong = {check.name for check in checks if check.agrees is False}
        checked += sum(check.agrees is True for check in checks)
        if not enterprise.planted & breaks:
            assert not wrong, (enterprise.name, checks)
        if "understated_tax" in enterprise.planted:
            assert {"flows", "invoices"} <= wrong
        if "invoice_ring" in enterprise.planted:
            assert "invoices" in wrong
        if "headcount_conflict" in enterprise.planted:
            assert "headcount" in wrong
    assert checked > 600


def test_balance_moves_by_what_flows(sample):
    for enterprise in sample.enterprises:
        months = enterprise.months
        moved = months.net + months.drawn - months.repaid - months.paid_out
        change = months.balance[1:] - months.balance[:-1]
        interest = moved[1:] - change  # what is left is loan interest: small and never negative
        assert (interest > -1e-6).all()
        assert interest.max() <= 0.01 * max(1.0, months.drawn.sum())
        assert (months.balance >= -1e-9).mean() > 0.97


def test_planted_rings_show_in_the_records(sample):
    by_code = sample.by_code()
    kinds = {ring.kind for ring in sample.rings}
    assert {"circular_transfer", "guarantee_circle", "invoice_ring", "shell_group", "common_control"} <= kinds
    for ring in sample.rings:
        members = [by_code[code] for code in ring.members]
        assert all(ring.kind in member.planted for member in members)
        if ring.kind == "circular_transfer":
            for member in members:
                rows = member.records["bank_credit"].tables["transfers"]
                assert {row["direction"] for row in rows} == {"收", "付"}
                assert {row["code"] for row in rows} < set(ring.members)
        if ring.kind == "guarantee_circle":
            given = {m.code: m.records["bank_credit"].tables["guarantees"][0]["code"] for m in members}
            code = members[0].code
            for _ in members:
                code = given[code]
            assert code == members[0].code
        if ring.kind == "shell_group":
            assert len({m.records["registration"].fields["address"] for m in members}) == 1
    assert not any(e.planted for e in sample.enterprises[:12])


def test_a_small_sample_has_no_rings():
    assert generate(20, seed=5).rings == ()


def test_missing_late_and_seasonal_data_are_there(sample):
    declared = [e.records["tax"].series["declared_revenue"] for e in sample.enterprises]
    assert any(None in series for series in declared)
    assert any(e.records["tax"].observed < ANCHOR for e in sample.enterprises)
    sugar = [e for e in sample.enterprises if e.profile.sector.key == "food" and len(e.months.sales) >= 36]
    ratios = []
    for enterprise in sugar:
        last = enterprise.months.first + len(enterprise.months.sales) - 12
        by_month = {(last + i) % 12: value for i, value in enumerate(enterprise.months.sales[-12:])}
        ratios.append(by_month[0] / by_month[6])  # January, in the pressing season, against July
    assert sum(ratio > 1.2 for ratio in ratios) > 0.8 * len(ratios)
