"""What runs beside the user's code: always a client of a Jupyter server."""
