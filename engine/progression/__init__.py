"""Missions, badges, levels and streaks: what the journal tells, held against rules. Trading knows nothing of it."""
