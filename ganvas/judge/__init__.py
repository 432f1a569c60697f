"""The judge: says how good a style is, how sure that is, and what it costs.

Measures what is served, through the engine that serves it. Knows nothing of training.
"""
