"""The revisions, by number. Each knows the tables as they were then and imports no models."""
