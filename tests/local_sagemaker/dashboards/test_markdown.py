"""The Markdown of text widgets."""

import pytest

from local_sagemaker.dashboards.markdown import Block, Run, read_markdown, runs_of


def plain(text):
    return (Run(text),)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("# One\n### Three ##", [Block("heading", plain("One"), 1), Block("heading", plain("Three"), 3)]),
        ("one\ntwo\n\nthree", [Block("text", (Run("one"), Run(" "), Run("two"))), Block("text", plain("three"))]),
        (
            "- a\n  * b\n2. c",
            [Block("item", plain("a"), 0, "•"), Block("item", plain("b"), 1, "•"), Block("item", plain("c"), 0, "2.")],
        ),
        ("- a\n  goes on", [Block("item", (Run("a"), Run(" "), Run("goes on")), 0, "•")]),
        ("---\nend", [Block("rule"), Block("text", plain("end"))]),
        (
            "```\na\n\n  b\n```\nc",
            [
                Block("code", (Run("a", "code"),)),
                Block("code", (Run("", "code"),)),
                Block("code", (Run("  b", "code"),)),
                Block("text", plain("c")),
            ],
        ),
        ("```\nopen", [Block("code", (Run("open", "code"),))]),
        (
            "| a | b |\n|---|:-:|\n| 1 | 2 |",
            [Block("table", rows=((plain("a"), plain("b")), (plain("1"), plain("2"))))],
        ),
        ("|a|\n|-|\nend", [Block("table", rows=((plain("a"),),)), Block("text", plain("end"))]),
        ("", []),
    ],
)
def test_blocks(text, blocks):
    assert read_markdown(text) == blocks


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("**b** __b__ *i* _i_ `c`", ["bold", "bold", "italic", "italic", "code"]),
        ("a_b_c 2*3*4", []),
    ],
)
def test_styles(text, runs):
    assert [run.style for run in runs_of(text) if run.style != "plain"] == runs


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[docs](https://example.com)", "docs"),
        ("[button:Open](#logs:)", "Open"),
        ("[button:primary:Open](#logs:)", "Open"),
        ("![drawing](https://example.com/a.png)", "drawing"),
        ("[](https://example.com)", "https://example.com"),
    ],
)
def test_of_a_link_its_text_stays(text, shown):
    assert runs_of(text) == (Run(shown, "link"),)
