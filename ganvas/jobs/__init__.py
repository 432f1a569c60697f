"""Work that survives: batches of photos, done in parts that are recorded as they finish."""
