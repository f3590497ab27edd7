"""Raw value → meaning, one file a subject. Pandas only."""
