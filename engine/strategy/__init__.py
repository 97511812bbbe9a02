"""Strategies: the class that people write, and the hosts that run it on a simulated market or on a live desk."""
