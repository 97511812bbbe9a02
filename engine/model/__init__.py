"""The nouns of the desk: frozen values that import nothing else of ours."""
