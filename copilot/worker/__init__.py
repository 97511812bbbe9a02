"""Where a copilot thinks: a process with one narrowed connection to the desk and a pair of pipes, and nothing else."""
