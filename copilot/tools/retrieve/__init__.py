"""Tools of the group retrieve, a module each."""
