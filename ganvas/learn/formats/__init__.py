"""From a trained network to a file, and from foreign files to a network."""
