"""Photos are decoded in processes of their own, with limits on memory and time."""
