"""The offline planner: a question is read by a grammar, worked on with the tools, and answered from what they found."""
