"""The exchange: taking liquidity, waiting in the book, what it costs."""
