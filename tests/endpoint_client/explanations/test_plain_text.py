"""What may be shown of others' words."""

import pytest

from endpoint_client.explanations.plain_text import LONGEST, plain


@pytest.mark.parametrize(
    "text",
    [
        "x-amz-security-token:SECRET and more",
        "https://s3/?X-Amz-Credential=SECRET&X-Amz-Signature=SECRET",
        "AWS_SECRET_ACCESS_KEY=SECRET",
        "{'SessionToken': 'SECRET'}",
        "Authorization: Bearer SECRET",
        "password=SECRET",
        "http://me:SECRET@proxy:3128",
    ],
)
def test_secrets_are_left_out(text):
    shown = plain(text)
    assert "SECRET" not in shown.replace("SECRET_ACCESS_KEY", "")
    assert "***" in shown


def test_ids_of_keys_are_left_out():
    assert plain("Credential AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE") == "Credential ***, ***"


def test_it_is_one_line_without_codes_of_a_terminal():
    assert plain("\n  \x1b[31mred\x1b[0m\x07 \t text\nsecond") == "red text"
    assert plain("") == ""
    assert plain(None) == "None"


def test_the_consoles_address_is_left_out():
    said = 'Received server error (500) from primary with message "no".'
    assert plain(f"{said} See https://x/y#z in account 123 for more information.") == said


def test_it_has_an_end():
    assert plain("x" * LONGEST) == "x" * LONGEST
    assert plain("x" * (LONGEST + 1)) == "x" * (LONGEST - 3) + "..."
