"""One kind of source, one file."""
