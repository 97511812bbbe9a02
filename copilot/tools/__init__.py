"""The 48 tools: retrieve, diagnose, execute; one registry."""
