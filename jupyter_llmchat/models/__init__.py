"""Where models come from, whether their files can be trusted, what each is good at."""
