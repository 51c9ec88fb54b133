"""Conversations as files: JSON, Markdown and notebooks. No I/O, no database."""
