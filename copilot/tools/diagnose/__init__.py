"""Tools of the group diagnose, a module each."""
