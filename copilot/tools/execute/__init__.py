"""Tools of the group execute, a module each."""
