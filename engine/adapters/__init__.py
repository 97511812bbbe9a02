"""Rooms that touch the outside: databases, files, other programs' formats."""
