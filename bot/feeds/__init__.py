"""Feeds: fetched, parsed, discovered."""
