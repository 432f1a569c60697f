"""Data sets: which work trains, validates and tests."""
