"""One kind of check, one file; found by file name."""
