"""The agent loop: a model thinks, the tools of the desk find, and a person decides."""
