"""Pages become extracted articles."""
