"""equity-audit: whether the ethnicity and deprivation in an NHS extract can be trusted, and what they show."""

__version__ = "0.1.0"
