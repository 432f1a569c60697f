"""Ganvas: image style transfer with generative adversarial networks, self-hosted. Knows only its own version."""

__version__ = "0.1.0"
