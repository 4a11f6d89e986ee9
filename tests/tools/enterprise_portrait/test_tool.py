"""The portrait reads what consent opens, names what it does not, and never shows a figure of a closed domain."""

from decimal import Decimal

import pytest
from people import principal_for

from assistant.errors import Forbidden, InvalidRequest
from assistant.store import consents
from assistant.tools.enterprise_portrait.tool import enterprise_portrait
from assistant.tools.tool import run_tool

CATALOGUE = {"enterprise_portrait": enterprise_portrait}
OPEN, CLOSED, PARTIAL = 0, 5, 7


async def portrait(context, **arguments):
    return await run_tool(CATALOGUE, "enterprise_portrait", arguments, context)


async def test_six_domains_with_source_date_unit_and_consent(context, few):
    chosen = few.enterprises[OPEN]
    call = await portrait(context(), enterprise=chosen.short_name)
    assert call.ok
    domains = call.result.value["domains"]
    assert list(domains) == list(chosen.records)
    assert domains["registration"]["consent"] is None
    for name, domain in domains.items():
        record = chosen.records[name]
        assert domain["as_of"] == record.observed.isoformat()
        assert domain["source"] == record.source
        assert {f["name"] for f in domain["fields"]} == set(record.fields)
        assert name == "registration" or domain["consent"].startswith("con_")
    assert not call.result.missing
    assert {source.data.domain for source in call.result.sources} == set(domains)
    assert all(source.authority == "fictional" for source in call.result.sources)


async def test_figures_are_facts_with_units_and_stand_in_sentences(context, few):
    chosen = few.enterprises[OPEN]
    call = await portrait(context(), enterprise=chosen.code, domains=["tax"])
    revenue = chosen.records["tax"].fields["declared_revenue_12m"]
    facts = {fact.label: fact for fact in call.result.facts}
    assert facts["近12个月申报收入"].value == Decimal(revenue)
    assert facts["近12个月申报收入"].unit == "万元"
    assert any(f"近12个月申报收入{revenue}万元" in line for line in call.result.summary)
    assert "（虚构示例企业）" in call.result.summary[0]
    assert call.result.picture is None, "one domain makes no shape"


async def test_without_any_consent_only_the_register_is_read(context, few):
    chosen = few.enterprises[CLOSED]
    call = await portrait(context(), enterprise=chosen.code)
    assert call.ok
    assert list(call.result.value["domains"]) == ["registration"]
    assert len(call.result.missing) == 5
    assert all("企业授权后可查" in line for line in call.result.missing)
    dump = call.model_dump_json()
    for domain in ("tax", "social_insurance", "customs", "bank_credit"):
        for name, figure in chosen.records[domain].fields.items():
            if name.endswith("_12m") and isinstance(figure, str) and Decimal(figure) > 1:
                assert figure not in dump
    assert call.result.picture["values"][1:] == [None] * 5


async def test_a_closed_domain_asked_for_by_name_is_an_error(context, few):
    call = await portrait(context(), enterprise=few.enterprises[CLOSED].code, domains=["tax"])
    assert not call.ok
    assert call.error_code == "consent_required"
    assert call.result is None


async def test_the_error_names_every_closed_domain_asked_for(context, few):
    call = await portrait(context(), enterprise=few.enterprises[CLOSED].code, domains=["tax", "customs"])
    assert "税务、海关进出口" in call.error


async def test_every_delivered_figure_of_one_domain_is_said(context, few):
    chosen = few.enterprises[OPEN]
    call = await portrait(context(), enterprise=chosen.code, domains=["bank_credit"])
    said = "".join(call.result.summary)
    for name in ("total_assets", "loans_outstanding", "largest_customer_pct"):
        assert chosen.records["bank_credit"].fields[name] in said


async def test_partial_consent_reads_the_open_part(context, few):
    chosen = few.enterprises[PARTIAL]
    opened = {consent.domain for consent in chosen.consents}
    call = await portrait(context(), enterprise=chosen.code)
    assert set(call.result.value["domains"]) == opened | {"registration"}
    assert set(call.result.value["without_consent"]) == set(chosen.records) - opened - {"registration"}


async def test_grant_opens_and_revoke_closes_at_the_next_read(context, few, store):
    chosen = few.enterprises[CLOSED].code
    ctx = context()
    async with store.writing() as session:
        granted = await consents.grant(
            session, ctx.principal, enterprise=chosen, domain="tax", valid_to=ctx.today, today=ctx.today
        )
    call = await portrait(ctx, enterprise=chosen, domains=["tax"])
    assert call.ok
    assert call.result.value["domains"]["tax"]["consent"] == granted.id
    async with store.writing() as session:
        await consents.revoke(session, ctx.principal, granted.id)
    call = await portrait(ctx, enterprise=chosen, domains=["tax"])
    assert call.error_code == "consent_required"


async def test_an_enterprise_reads_its_own_data_without_consent(context, few):
    chosen = few.enterprises[CLOSED].code
    own = principal_for("enterprise", "boss", enterprise=chosen)
    call = await portrait(context(own), enterprise=chosen)
    assert len(call.result.value["domains"]) == 6
    assert not call.result.missing


async def test_another_enterprise_is_not_found_for_it(context, few):
    own = principal_for("enterprise", "boss", enterprise=few.enterprises[CLOSED].code)
    call = await portrait(context(own), enterprise=few.enterprises[OPEN].code)
    assert not call.ok
    assert call.error_code == "enterprise_not_found"


async def test_the_enterprise_beside_the_question_is_taken(context, few):
    chosen = few.enterprises[OPEN]
    call = await portrait(context(enterprise=chosen.code), domains=["registration"])
    assert call.result.value["enterprise"]["code"] == chosen.code


async def test_no_enterprise_at_all(context):
    call = await portrait(context())
    assert not call.ok
    assert "请指明企业" in call.error


async def test_domains_may_be_written_in_chinese_or_as_one_text(context, few):
    call = await portrait(context(), enterprise=few.enterprises[OPEN].code, domains=["税务", "海关"])
    assert list(call.result.value["domains"]) == ["tax", "customs"]
    call = await portrait(context(), enterprise=few.enterprises[OPEN].code, domains="tax,专利")
    assert list(call.result.value["domains"]) == ["tax", "intellectual_property"]


async def test_an_unknown_domain_is_a_bad_argument(context, few):
    with pytest.raises(InvalidRequest):
        await portrait(context(), enterprise=few.enterprises[OPEN].code, domains=["weather"])


async def test_a_developer_without_an_enterprise_may_not(context, few):
    with pytest.raises(Forbidden):
        await portrait(context(principal_for("developer", "dev")), enterprise=few.enterprises[OPEN].code)


async def test_figures_that_do_not_agree_are_said(store, context, few):
    from datetime import UTC, datetime

    from assistant.store import enterprises

    chosen = few.enterprises[OPEN]
    payload = chosen.records["tax"].payload()
    payload["fields"] = {**payload["fields"], "invoiced_12m": "99999.00"}
    async with store.writing() as session:
        later = enterprises.DomainRecord(
            chosen.code, "tax", None, datetime(2027, 1, 1, tzinfo=UTC), payload, "税务数据交换（模拟）"
        )
        # A later delivery of the same month replaces the earlier one.
        await enterprises.add_records(
            session,
            [enterprises.DomainRecord(**{**_as_dict(later), "period": chosen.records["tax"].observed})],
        )
    call = await portrait(context(), enterprise=chosen.code)
    assert any("申报收入与开票不一致" in line for line in call.result.summary)
    assert any(step.outcome == "fail" for step in call.result.trace)


def _as_dict(record):
    from dataclasses import fields

    return {field.name: getattr(record, field.name) for field in fields(record)}


def test_schema_names_the_six_domains():
    schema = enterprise_portrait.parameters
    assert set(schema["properties"]) == {"enterprise", "domains"}
    assert "tax" in schema["properties"]["domains"]["items"]["enum"]
