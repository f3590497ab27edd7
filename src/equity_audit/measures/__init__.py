"""One measure, one file, one return shape."""
