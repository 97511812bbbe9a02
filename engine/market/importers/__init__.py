"""Recorded markets: one module a venue, one event stream for all of them."""
