"""Blobs, kept under their hash."""
