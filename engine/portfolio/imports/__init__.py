"""Trades made elsewhere become an account of their own: read from a table, checked line by line, booked at once."""
