"""Pixels and a style in, pixels out."""
