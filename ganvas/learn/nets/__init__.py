"""Networks: generators, discriminators and frozen features."""
