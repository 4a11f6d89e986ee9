"""The catalogue: every tool there is, named here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.tools.tool import Tool


def catalogue() -> dict[str, Tool]:
    """All tools by name, in the order in which they are shown. Imports happen here, so that naming it stays light."""
    from assistant.tools.loan_rate import loan_rate
    from assistant.tools.risk_pool_eligibility import risk_pool_eligibility
    from assistant.tools.search_knowledge import search_knowledge
    from assistant.tools.working_capital_need import working_capital_need

    tools = (search_knowledge, working_capital_need, loan_rate, risk_pool_eligibility)
    return {tool.name: tool for tool in tools}
