"""What the kernel tells of a small notebook, and a model that knows what is meant."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_llmchat.protocol.requests import ContextPart

FACTS = (
    "sales is a DataFrame with 1204 rows and 5 columns: region, price, cost, units,"
    " day.",
    "The column region of sales has dtype object, for example 'North', 'South'.",
    "The column price of sales has dtype float64, mean 12.4, maximum 99.0.",
    "The column cost of sales has dtype float64, mean 8.1.",
    "The column units of sales has dtype int64, maximum 310.",
    "The column day of sales has dtype datetime64, from 2024-01-01 to 2024-12-31.",
    "model is a LinearRegression, fitted, with 3 features.",
    "threshold is a float with the value 0.75.",
    "names is a list of 12 items, the first is 'alice'.",
    "Cell 3 defines the function margin(row), which returns row.price - row.cost.",
    "Cell 4 sets sales['margin'] by applying margin to the rows.",
)
QUESTIONS = (
    ("How many rows does sales have?", "1204"),
    ("Which columns does sales have?", "region"),
    ("What type is the price column?", "float64"),
    ("What is the value of threshold?", "0.75"),
    ("Which function computes the margin?", "margin"),
    ("How many items are in names?", "12"),
    ("What is the latest day in sales?", "2024-12-31"),
    ("What kind of model is model?", "LinearRegression"),
    ("What is the maximum number of units?", "310"),
    ("What is the dtype of units?", "int64"),
)
"""With what a right answer says."""
GENERAL = ("What is a prime number?", "How do I read a CSV file with pandas?")

PARTS = (ContextPart(kind="variables", name="sales", text="\n".join(FACTS)),)
THRESHOLD = FACTS[7]


def meaning(*facts: str) -> Callable[[str, str], float]:
    """How likely a question is after a prompt: more after these facts only."""

    def likelihood(prompt: str, continuation: str) -> float:
        shown = prompt.rsplit("\n\n", 1)[-1]
        return -1.0 if any(each in shown for each in facts) else -4.0

    return likelihood
