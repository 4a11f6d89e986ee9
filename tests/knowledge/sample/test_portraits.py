"""Portrait texts: one per domain, figures of that domain only, marked as fictional."""

from knowledge.sample.portraits import portrait_document, portrait_texts


def test_one_passage_per_domain_bound_to_it(sample):
    enterprise = sample.enterprises[2]
    version, passages = portrait_document(enterprise)
    assert version.collection == "portraits"
    assert version.authority == "fictional"
    assert version.enterprise == enterprise.code
    assert [p.domain for p in passages] == list(enterprise.records)
    assert {p.enterprise for p in passages} == {enterprise.code}
    assert all("（虚构）" in p.text for p in passages)


def test_tax_figures_stand_in_the_tax_passage_only(sample):
    enterprise = sample.enterprises[1]
    figure = enterprise.records["tax"].fields["declared_revenue_12m"]
    texts = {domain: portrait_texts(enterprise, domain)[2] for domain in enterprise.records}
    assert f"申报收入{figure}万元" in texts["tax"]
    assert not any(figure in text for domain, text in texts.items() if domain != "tax")


def test_every_text_is_short_and_dated(sample):
    for enterprise in sample.enterprises:
        for domain in enterprise.records:
            _, locator, text = portrait_texts(enterprise, domain)
            assert locator
            assert 40 < len(text) < 400
            assert "数据截至2026年" in text
