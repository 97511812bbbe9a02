"""A trading desk in a terminal, with a living market inside it."""
