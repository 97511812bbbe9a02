"""Looking at the market from above: screens, summaries."""
