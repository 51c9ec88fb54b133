"""The Jupyter server extension: turns run here, clients subscribe to them."""
