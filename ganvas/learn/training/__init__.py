"""The training loop, its run folder, checkpoints, samples and diagnosis."""
