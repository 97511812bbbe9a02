"""The copilot: headless, works out any trade, proposes it, and can sign none."""
