"""How real the synthetic market is: the shipped world, read as any user reads it, against the yardstick."""
