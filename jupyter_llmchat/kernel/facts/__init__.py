"""The variables of a kernel as facts: short sentences, each about one thing."""
