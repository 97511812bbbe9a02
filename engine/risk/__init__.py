"""What may be sent: the shape of an order, the gate and its limits."""
