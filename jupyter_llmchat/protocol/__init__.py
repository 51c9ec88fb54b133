"""What server and clients say to each other. The leaf: no I/O, nothing of the rest."""
