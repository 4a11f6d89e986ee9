"""The search from question to rows: law of the day, who may see, ids, calibrated scores."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from people import principal_for
from retrieval.shelf_values import CODE, OTHER, TODAY, Put

from assistant.document import DocumentVersion, DraftPassage
from assistant.encoding.encoder import StaticEncoder
from assistant.principal import Principal
from assistant.retrieval.reranker import reranker_for
from assistant.retrieval.retriever import DOUBTFUL_BELOW, Retriever
from assistant.store import consents
from assistant.store.database import Store
from assistant.store.documents import remove_document
from knowledge.intake.ingest import load_builtin


@pytest.mark.usefixtures("law")
async def test_the_version_of_the_day_is_found(retriever: Retriever, rm: Principal) -> None:
    for day, version in ((date(2024, 6, 30), "2010"), (date(2024, 7, 1), "2024"), (TODAY, "2024")):
        best = (await retriever.search("示例贷款期限最长几年", rm, as_of=day))[0]
        assert (best.document_id, best.version, best.status) == ("loan-rule", version, "in_force")
    before = await retriever.search("示例贷款期限最长几年", rm, as_of=date(2009, 1, 1))
    assert {(p.version, p.status) for p in before if p.document_id == "loan-rule"} == {
        ("2010", "not_yet"),
        ("2024", "not_yet"),
    }


@pytest.mark.usefixtures("law")
async def test_a_version_issued_and_not_yet_effective_is_a_successor(
    retriever: Retriever, rm: Principal
) -> None:
    for day, expected in ((date(2024, 3, 1), ["2024"]), (date(2024, 2, 1), []), (date(2024, 7, 1), [])):
        found = await retriever.search("示例贷款期限", rm, as_of=day, k=3)
        later = await retriever.successors("示例贷款期限", found, rm, as_of=day)
        assert [passage.version for passage in later] == expected
        assert all(passage.status == "not_yet" and passage.locator == "贷款期限" for passage in later)


@pytest.mark.usefixtures("law")
async def test_who_asks_whether_a_text_has_begun_is_shown_the_one_to_come(
    retriever: Retriever, rm: Principal
) -> None:
    day = date(2024, 3, 1)
    asked = await retriever.search("新的示例贷款办法开始施行了吗", rm, as_of=day)
    assert {"not_yet", "in_force"} <= {passage.status for passage in asked}
    assert "not_yet" not in {p.status for p in await retriever.search("示例贷款期限", rm, as_of=day)}
    policies = await retriever.search("新的示例贷款办法开始施行了吗", rm, as_of=day, collection="policies")
    assert {passage.collection for passage in policies} == {"policies"}


@pytest.mark.usefixtures("law")
async def test_confidence_authority_and_undated_passages_come_through(
    retriever: Retriever, rm: Principal
) -> None:
    rows = retriever.rows(await retriever.search("示例贷款期限", rm, as_of=TODAY))
    assert rows[0]["confidence"] == "B-M" and rows[0]["effective_from"] == "2024-07-01"
    notice = next(row for row in rows if row["document_id"] == "notice")
    assert (notice["status"], notice["authority"], notice["effective_to"]) == ("unknown", "local", None)
    assert {
        "id", "source_id", "document_id", "title", "locator", "text", "score", "status", "authority",
        "effective_from", "effective_to", "collection",
    } <= rows[0].keys()  # fmt: skip
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)


@pytest.mark.usefixtures("law")
async def test_internal_documents_are_for_staff(retriever: Retriever, rm: Principal) -> None:
    visitor = principal_for("visitor", "someone")
    assert (await retriever.search("当面核对证照", rm, as_of=TODAY))[0].document_id == "manual"
    found = await retriever.search("当面核对证照", visitor, as_of=TODAY, k=50)
    assert "manual" not in {passage.document_id for passage in found}


@pytest.mark.usefixtures("law")
async def test_always_k_rows_where_they_exist_and_a_collection_is_kept_to(
    retriever: Retriever, rm: Principal
) -> None:
    assert len(await retriever.search("xyz", rm, as_of=TODAY, k=3)) == 3
    assert len(await retriever.search("", rm, as_of=TODAY, k=50)) == 4
    found = await retriever.search("期限", rm, as_of=TODAY, collection="policies")
    assert {passage.collection for passage in found} == {"policies"}
    assert await retriever.search("期限", rm, as_of=TODAY, collection="nothing") == []


@pytest.mark.usefixtures("law", "portraits")
async def test_consent_opens_a_portrait_and_its_end_closes_it_at_the_next_search(
    retriever: Retriever, rm: Principal, shelves: Store
) -> None:
    async def domains() -> set[tuple[str | None, str | None]]:
        found = await retriever.search("纳税额", rm, as_of=TODAY, today=TODAY, collection="portraits")
        return {(passage.enterprise, passage.domain) for passage in found}

    public = {(CODE, "registration"), (OTHER, "registration")}
    assert await domains() == public
    async with shelves.writing() as session:
        given = await consents.grant(
            session, rm, enterprise=CODE, domain="tax", valid_to=date(2027, 1, 1), today=TODAY
        )
    assert await domains() == public | {(CODE, "tax")}
    # Another enterprise's open passages are left out because another was asked about, not for want of a consent.
    told = await retriever.explain("纳税额", rm, as_of=TODAY, today=TODAY, enterprise=OTHER)
    assert told["dropped"]["consent"] == 1
    async with shelves.writing() as session:
        await consents.revoke(session, rm, given.id)
    assert await domains() == public


@pytest.mark.usefixtures("law", "portraits")
async def test_portraits_stay_behind_knowledge_unless_their_enterprise_is_asked_about(
    retriever: Retriever, rm: Principal
) -> None:
    question = "有限公司成立于2018年"
    found = await retriever.search(question, rm, as_of=TODAY, today=TODAY, k=20)
    owners = [passage.enterprise for passage in found]
    assert owners == [None] * 4 + [CODE, OTHER] or owners == [None] * 4 + [OTHER, CODE]
    about = await retriever.search(question, rm, as_of=TODAY, today=TODAY, enterprise=CODE)
    assert about[0].enterprise == CODE
    assert OTHER not in {passage.enterprise for passage in about}
    ruled = await retriever.search(question, rm, as_of=TODAY, enterprise=CODE, collection="regulations")
    assert {passage.collection for passage in ruled} == {"regulations"}
    bound = principal_for("enterprise", "owner", enterprise=OTHER)
    hers = await retriever.search(question, bound, as_of=TODAY, today=TODAY, enterprise=CODE, k=20)
    assert CODE not in {passage.enterprise for passage in hers}


async def test_new_changed_and_removed_documents_show_at_the_next_search(
    retriever: Retriever, rm: Principal, put: Put, shelves: Store
) -> None:
    version = DocumentVersion(id="pool", version="1", collection="policies", title="资金池办法")
    texts = []
    for text in ("补偿比例为百分之四十。", "补偿比例为百分之五十。"):
        await put(version, [DraftPassage("补偿", text)])
        texts.append([p.text for p in await retriever.search("补偿比例", rm, as_of=TODAY)])
    assert texts == [["补偿比例为百分之四十。"], ["补偿比例为百分之五十。"]]
    async with shelves.writing() as session:
        await remove_document(session, "pool")
    assert await retriever.search("补偿比例", rm, as_of=TODAY) == []


async def test_more_searches_than_there_are_connections_all_see_what_has_just_come_in(
    retriever: Retriever, rm: Principal, put: Put
) -> None:
    for text in ("补偿比例为百分之四十。", "补偿比例为百分之五十。"):
        version = DocumentVersion(id="pool", version="1", collection="policies", title="资金池办法")
        await put(version, [DraftPassage("补偿", text)])
        found = await asyncio.gather(*(retriever.search("补偿比例", rm, as_of=TODAY) for _ in range(40)))
        assert {passage.text for passages in found for passage in passages} == {text}


async def test_passages_of_a_file_keep_their_ids_and_their_own_dates(
    retriever: Retriever, rm: Principal, put: Put
) -> None:
    old = DraftPassage(
        "第三条", "首贷补偿六成。", source_id="a-old", title="补偿办法", effective_from=date(2022, 1, 1),
        effective_to=date(2024, 12, 31),
    )  # fmt: skip
    new = DraftPassage(
        "第三条", "首贷补偿七成。", source_id="a-new", title="补偿办法", effective_from=date(2025, 1, 1)
    )
    lone = DraftPassage(
        "标准", "旧券补贴两成。", source_id="b", title="算力券", effective_to=date(2024, 12, 31)
    )
    await put(DocumentVersion(id="set", version="1", collection="lab", title="set"), [old, new, lone])
    for day, source in ((date(2024, 12, 31), "a-old"), (date(2025, 1, 1), "a-new")):
        found = await retriever.search("首贷补偿几成", rm, as_of=day)
        assert found[0].source_id == source and found[0].status == "in_force"
        assert {"a-old", "a-new"} & {p.source_id for p in found} == {source}
        assert "b" in {p.source_id for p in found}
    assert next(p.status for p in found if p.source_id == "b") == "expired"


async def test_a_named_article_comes_first(retriever: Retriever, rm: Principal, put: Put) -> None:
    for title in ("示例甲条例", "示例乙条例"):
        drafts = [
            DraftPassage(f"第{number}条", f"{title}的第{number}项规定，讲付款期限。")
            for number in "一二三四五六"
        ]
        await put(DocumentVersion(id=title, version="1", collection="regulations", title=title), drafts)
    best = (await retriever.search("示例乙条例第4条怎么说付款期限", rm, as_of=TODAY))[0]
    assert (best.title, best.locator) == ("示例乙条例", "第四条")


@pytest.mark.parametrize("reranked", [False, True])
async def test_a_question_about_something_else_scores_low(
    shelves: Store, rm: Principal, encoder: StaticEncoder, tmp_path: Path, reranked: bool
) -> None:
    await load_builtin(shelves, encoder)
    reranker = reranker_for(encoder) if reranked else None
    retriever = Retriever(shelves, encoder, tmp_path / "index", reranker=reranker, chroma=False)
    await retriever.open()
    for question in ("流动资金贷款期限最长几年", "无还本续贷谁可以申请", "个人信息保护法第二十四条"):
        best = (await retriever.search(question, rm, as_of=TODAY))[0]
        assert best.score >= DOUBTFUL_BELOW and retriever.bears_on(best) and not retriever.doubtful([best])
    for question in ("今天天气怎么样", "红烧肉怎么做", "推荐几部好看的电影"):
        found = await retriever.search(question, rm, as_of=TODAY)
        assert found and not any(retriever.bears_on(passage) for passage in found)
    assert retriever.doubtful(await retriever.search("姚明身高多少", rm, as_of=TODAY))
    await retriever.close()


@pytest.mark.usefixtures("law")
async def test_several_named_articles_come_first_in_the_order_of_the_law(
    retriever: Retriever, rm: Principal, put: Put
) -> None:
    drafts = [
        DraftPassage(f"第{number}条", f"关于第{number}项付款期限的规定。") for number in "一二三四五六七八九"
    ]
    title = "最高人民法院关于审理示例往来案件适用法律若干问题的规定"
    await put(DocumentVersion(id="law", version="1", collection="regulations", title=title), drafts)
    found = await retriever.search("示例往来司法解释第四条至第六条", rm, as_of=TODAY)
    assert [passage.locator for passage in found[:3]] == ["第四条", "第五条", "第六条"]


@pytest.mark.usefixtures("law", "portraits")
async def test_an_explanation_says_why_and_counts_what_was_left_out_without_showing_it(
    retriever: Retriever, rm: Principal
) -> None:
    visitor = principal_for("visitor", "someone")
    told = await retriever.explain("示例贷款期限最长几年", visitor, as_of=TODAY, today=TODAY)
    assert told["dropped"] == {"collection": 0, "audience": 1, "date": 1, "consent": 0}
    assert "证照" not in str(told) and "邕江" not in str(told)
    why = told["rows"][0]["why"]
    assert {"期限", "贷款"} & set(why["terms"]) and why["dense"] == 1.0 and why["boost"] == 0.0
    plain = await retriever.search("示例贷款期限最长几年", visitor, as_of=TODAY, today=TODAY)
    assert [row["id"] for row in told["rows"]] == [passage.id for passage in plain]
    named = await retriever.explain("示例贷款办法怎么规定用途", rm, as_of=TODAY, today=TODAY)
    assert named["rows"][0]["why"]["boost"] > 0
    closed = await retriever.explain("纳税", rm, as_of=TODAY, today=TODAY, collection="portraits")
    assert closed["dropped"] == {"collection": 5, "audience": 0, "date": 0, "consent": 2}
    owner = principal_for("enterprise", "owner", enterprise=OTHER)
    own = await retriever.explain("纳税", owner, as_of=TODAY, today=TODAY, enterprise=OTHER)
    assert CODE not in str(own)


SANCTIONS = (
    ("擅自查询企业信用报告怎么处罚", "credit-reporting-regulation", "第四十条"),
    ("客户没授权就去查信用报告，会罚多少", "credit-reporting-regulation", "第四十条"),
    ("申请纳税信用贷前少报收入偷税，会罚多少", "tax-administration-law", "第六十三条"),
    ("为了多贷点发票信用贷去虚开发票，会罚多少", "invoice-measures", "第三十五条"),
    ("拿假报关单骗购外汇怎么罚", "foreign-exchange-regulation", "第四十条"),
    ("银行没审好出口单证要受什么处罚", "foreign-exchange-regulation", "第四十七条"),
    ("专利评估报告造假，评估机构会受什么处罚", "asset-appraisal-law", "第四十八条"),
    ("信贷员违法放贷会判多久", "criminal-law-loans", "第一百八十六条"),
)


async def test_who_asks_for_a_penalty_is_shown_the_clause_that_states_it(
    rm: Principal, shelves: Store, encoder: StaticEncoder, tmp_path: Path
) -> None:
    await load_builtin(shelves, encoder)
    retriever = Retriever(shelves, encoder, tmp_path / "index", reranker=reranker_for(encoder), chroma=False)
    await retriever.open()
    for question, document, article in SANCTIONS:
        best = (await retriever.search(question, rm, as_of=TODAY))[0]
        assert (best.document_id, best.locator) == (document, article), question
    # A product that is named by its title does not step back, nor does one that is not asked about the law.
    named = await retriever.search("纳税信用贷——示例产品（虚构）没有授权会怎么处罚", rm, as_of=TODAY)
    plain = await retriever.search("纳税信用贷要先取得什么授权", rm, as_of=TODAY)
    assert named[0].document_id == plain[0].document_id == "tax-credit-loan"
    await retriever.close()
