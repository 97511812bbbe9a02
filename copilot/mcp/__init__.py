"""Our tools for other programs, and other programs' tools for the copilot, over the Model Context Protocol."""
