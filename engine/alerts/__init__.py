"""Alerts: what makes one fire, when it is looked at, and how one is asked for."""
