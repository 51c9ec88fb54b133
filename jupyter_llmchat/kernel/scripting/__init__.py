"""Questions from scripts: what `from jupyter_llmchat import ask` gives."""
