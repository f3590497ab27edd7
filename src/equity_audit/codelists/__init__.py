"""Code lists, each with its source and edition."""
