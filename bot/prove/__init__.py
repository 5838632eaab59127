"""The crash proof: the real program against counting servers, killed at random and at every step.  May import: all but cli.

Read `proof.py` first: it starts a bot with an account of each class of platform, kills it again and again, lets the last
life drain, and compares what the outbox says with what the servers have.
"""
