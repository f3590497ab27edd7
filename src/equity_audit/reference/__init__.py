"""Install, verify and find what records are linked to."""
