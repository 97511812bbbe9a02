"""The signer: a process of its own that alone holds the private key, shows cards, and signs only what it showed."""
