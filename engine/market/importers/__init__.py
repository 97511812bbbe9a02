"""Captures of real venues: one module a venue, one event stream for all of them."""
