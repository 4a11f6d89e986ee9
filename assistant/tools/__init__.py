"""The catalogue: every tool there is, named here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.tools.tool import Tool


def catalogue() -> dict[str, Tool]:
    """All tools by name, in the order in which they are shown. Imports happen here, so that naming it stays light."""
    from assistant.tools.enterprise_portrait.tool import enterprise_portrait
    from assistant.tools.financing_forecast.tool import financing_forecast
    from assistant.tools.loan_rate.tool import loan_rate
    from assistant.tools.risk_pool_eligibility.tool import risk_pool_eligibility
    from assistant.tools.search_knowledge.tool import search_knowledge
    from assistant.tools.working_capital_need.tool import working_capital_need

    tools = (
        search_knowledge,
        enterprise_portrait,
        financing_forecast,
        risk_pool_eligibility,
        working_capital_need,
        loan_rate,
    )
    return {tool.name: tool for tool in tools}
