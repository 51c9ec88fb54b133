from __future__ import annotations

import base64
import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.secret_shapes import is_random, without_secret_shapes

LETTERS = string.ascii_letters + string.digits
SECRETS = [
    "sk-" + "a1B2c3D4" * 5,
    "sk-ant-api03-" + "Ab3_" * 20,
    "ghp_" + "aB3" * 12,
    "github_pat_" + "11A_b" * 10,
    "glpat-" + "x1Y2-" * 5,
    "xoxb-123456789012-abcdefghij",
    "AKIA" + "ABCD1234" * 2,
    "AIza" + "Sy3-_" * 7,
    "hf_" + "aBcDe" * 6,
    "npm_" + "aB3d" * 9,
    "pypi-" + "AgEIcHlwaS5vcmcCJ",
    "sk_live_" + "4eC39HqLyj",
    "dapi" + "0123456789abcdef" * 2,
    "SG." + "a" * 22 + "." + "b" * 43,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    "q7Zp2LkX9vBn4TfR8sWc3YdJ",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "x = '{}'", "f(a, {}, b)", "say {} twice", "url?k={}&b=2", "[{}]"]
)
def test_keys_are_known_by_their_look(secret: str, around: str) -> None:
    text = without_secret_shapes(around.format(secret))
    assert secret not in text
    assert "…" in text


KEY_BLOCK = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEow\n" * 30
    + "-----END RSA PRIVATE KEY-----"
)


def test_blocks_addresses_and_headers() -> None:
    assert without_secret_shapes(f"a\n{KEY_BLOCK}\nb") == "a\n…\nb"
    assert without_secret_shapes(f"a\n{KEY_BLOCK[:100]}") == "a\n…"
    address = "postgres://joe:hunter2@db.example.org/x"
    assert without_secret_shapes(address) == "postgres://joe:…@db.example.org/x"
    header = "Authorization: Bearer abcdefghijklmnop"
    assert without_secret_shapes(header) == "Authorization: Bearer …"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The column price of sales has dtype float64, mean 12.4.",
        "from sklearn.ensemble import HistGradientBoostingClassifier2",
        "RandomForestClassifierWithCrossValidation2",
        "df.to_csv('data/2024/Region_North/SalesReport2024Q1_final_v2.csv')",
        "/home/joe/projects/Machine_Learning_2024/notebooks/Analysis1.ipynb",
        "https://example.org/path/to/some/page?query=word&other=2#anchor",
        "x = 123456789012345678901234567890",
        "550e8400-e29b-41d4-a716-446655440000",
        "=" * 100,
        "-" * 60 + "BEGIN" + "-" * 60,
        "this_is_a_very_long_function_name_with_1_number",
        "SELECT region, SUM(price) FROM sales GROUP BY region",
        "a basic idea",
        "http://localhost:8888/lab",
        "sk-learn",
        "[0.12345678901234567, 0.98765432109876543]",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert without_secret_shapes(text) == text


def test_most_random_keys_and_no_words() -> None:
    made = random.Random(1)
    keys = ["".join(made.choices(LETTERS, k=32)) for _ in range(1000)]
    assert sum(map(is_random, keys)) > 950
    coded = [base64.b64encode(made.randbytes(48)).decode() for _ in range(200)]
    assert sum("…" in without_secret_shapes(each) for each in coded) > 180


@given(
    st.text(st.sampled_from("aA0/-=_+. \n:@'\"eyJskBEGIN PRIVATE KEY-"), max_size=300)
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_taken_and_a_second_look_finds_nothing_more(text: str) -> None:
    once = without_secret_shapes(text)
    assert len(once) <= len(text) + text.count("\n") + 1
    assert without_secret_shapes(without_secret_shapes(once)) == without_secret_shapes(
        once
    )


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a1B",
        "-----BEGIN PRIVATE KEY-----",
        "://a:",
        "Bearer ",
        "eyJa.",
        "sk-",
        "/",
    ],
)
def test_a_long_text_is_read_once(piece: str) -> None:
    # Were it read again and again, this would take hours.
    without_secret_shapes(piece * (1_000_000 // len(piece)))
