"""Networks: generators, discriminators and frozen features. They know shapes and nothing of losses or data."""
