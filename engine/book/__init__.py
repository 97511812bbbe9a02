"""Price levels of one instrument."""
