"""The crash proof and its faulty servers."""
