"""Double entry: how fills become transfers, and how transfers prove cash, positions and profit."""
