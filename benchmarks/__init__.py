"""Measurements beside a peer, in one run each; ratios are what to read."""
