"""One dataset, one YAML file."""
