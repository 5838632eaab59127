"""The whole bot offline, on articles of our own."""
