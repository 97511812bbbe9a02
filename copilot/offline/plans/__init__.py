"""Plans of tool calls, a kind of question each."""
