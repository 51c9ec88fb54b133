"""`python -m jupyter_llmchat.worker`: started by worker/handle.py only."""

from .process import main

main()
