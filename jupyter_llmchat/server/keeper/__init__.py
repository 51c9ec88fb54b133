"""One server keeps the data; the others find it, pass requests on, and take over."""
