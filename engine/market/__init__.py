"""What can be traded, when, and at what price: catalogue, sessions, the living world and recordings."""
