"""The texts that the model is given, as data files; `catalogue` reads them."""
