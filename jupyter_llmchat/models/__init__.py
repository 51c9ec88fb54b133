"""Where models come from, and whether their files can be trusted to load."""
