"""The command line: thin commands that ask an engine, and heavy ones that are imported when they are asked for."""
