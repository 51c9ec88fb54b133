"""ChatPanel: the assistant as ipywidgets, for every front end that shows widgets."""
