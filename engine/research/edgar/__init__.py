"""Real filings: the public data of the SEC's EDGAR, off until a person turns it on."""
