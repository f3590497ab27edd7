"""Disclosure control: the only door from an Audit to a Report."""
