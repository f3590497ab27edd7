"""equity-audit: can the ethnicity and deprivation in an NHS extract be trusted, and what do they show?"""

__version__ = "0.1.0"
