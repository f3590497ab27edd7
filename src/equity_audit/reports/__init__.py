"""One output, one file."""
