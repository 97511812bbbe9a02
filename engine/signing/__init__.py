"""What a signature is over and what it takes to be believed: ticket, card, envelope, keys, checks, audit.

Pure: no input or output, no clock, no chance; times, nonces and keys come in as arguments. Used by engine, signer and
dialog alike, so that all three read the same bytes the same way.
"""
