import pytest

from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring.requirements_file import pins_and_options, requirement_lines, requirement_names

HASH = f"--hash=sha256:{'0' * 64}"


def test_lines_are_joined_and_freed_of_comments():
    text = f"# why\r\nskops==0.11 \\\r\n    {HASH} \\\n    {HASH}  # twice\n\nurl @ https://host/#fragment\n"
    assert requirement_lines(text) == (f"skops==0.11 {HASH} {HASH}", "url @ https://host/#fragment")


def test_names_are_compared_as_an_index_does():
    assert requirement_names(["Skops[all]>=0.11", "a.b_c", "--index-url https://host"]) == {"skops", "a-b-c"}


def test_pins_may_have_extras_markers_and_several_hashes_beside_an_index():
    lines = [f"A.b[x]==1.0 ; python_version < '4' {HASH} {HASH}", "--index-url https://host/simple"]
    (pin,), options = pins_and_options(lines, "pin it")
    assert (pin.name, pin.version, pin.line) == ("a-b", "1.0", lines[0])
    assert options == (lines[1],)


@pytest.mark.parametrize("line", ["skops", "skops>=1", "skops==1", "skops==1.*", "-r other.txt", "-e .", "./a.whl"])
def test_a_line_that_pins_nothing_is_named_with_the_remedy(line):
    with pytest.raises(RequirementsError) as caught:
        pins_and_options([line, f"fine==1 {HASH}"], "pin it")
    (problem,) = caught.value.problems
    assert problem == (
        f"requirements.txt has {line!r}, and packages travel with the model only as name==version --hash=sha256:...; "
        "pin it"
    )
