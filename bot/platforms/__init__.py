"""One module a platform; they do not know each other."""
