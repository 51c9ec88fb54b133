"""The process boundary: the model runs in its own process, spawned, never forked."""
