"""How well a model decides, judges and answers, on data that anyone can extend."""
