"""What to use: facts of data and machine, and a wish, to settings with reasons. Knows no torch and no methods."""
