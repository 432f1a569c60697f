"""What to use: facts of data and machine, and a wish, to settings with reasons."""
