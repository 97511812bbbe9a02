"""What an account is worth, and how an execution changes it."""
