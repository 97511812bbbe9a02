"""The ways to talk to an engine: a thin one for commands, an asynchronous desk for screens."""
