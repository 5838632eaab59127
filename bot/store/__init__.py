"""The only SQL: methods named by story events."""
