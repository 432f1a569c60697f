"""Pixels and a style in, pixels out. Knows networks as functions on arrays; knows no file formats and no web."""
