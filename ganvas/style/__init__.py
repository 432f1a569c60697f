"""The style file: what it holds, how it is checked, and the catalogue of styles."""
