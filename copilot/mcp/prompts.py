"""Questions that a client may offer its user ready-made; their words are ours and name our tools."""

from __future__ import annotations

import mcp_types as types

PROMPTS: dict[str, tuple[str, str]] = {
    "briefing": (
        "A briefing of the account and its markets",
        "Brief me on my desk: use portfolio_context, margin_status, concentration, market_sessions, "
        "sector_performance and news_feed. Say which figures come from which tool and as of when, keep other "
        "people's words apart from figures, and end with what I should look at first. Propose nothing.",
    ),
    "exposure": (
        "Where the account is over-exposed",
        "Am I over-exposed anywhere? Use portfolio_context, concentration, correlation and risk_report, then "
        "stress_test on the largest risk. If a rebalance would help, show it with rebalance_plan and ask me before "
        "you propose it.",
    ),
    "costs": (
        "What trading has cost lately",
        "Explain what my latest fills cost, with execution_costs for each, taken apart into spread, depth, impact and "
        "timing, and say whether an algorithm (twap, vwap, pov) would have been cheaper. Propose nothing.",
    ),
}


def listed_prompts() -> types.ListPromptsResult:
    """All of them."""
    return types.ListPromptsResult(
        prompts=[types.Prompt(name=name, description=about) for name, (about, _) in PROMPTS.items()]
    )


def prompt(name: str) -> types.GetPromptResult | None:
    """One of them, or None."""
    if name not in PROMPTS:
        return None
    about, words = PROMPTS[name]
    content = types.TextContent(type="text", text=words)
    return types.GetPromptResult(description=about, messages=[types.PromptMessage(role="user", content=content)])
