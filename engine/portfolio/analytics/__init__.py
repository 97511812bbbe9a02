"""How an account did, what it risks and what would change that: pure functions over plain data.

Money is exact Minor everywhere; returns, ratios and risk are floats, because they are estimates. A figure that
cannot be told from the data is None, never 0. Definitions, units and sources: docs/analytics.md.
"""
