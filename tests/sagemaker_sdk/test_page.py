"""docs/from-the-sagemaker-sdk.md: both sides of every chapter are run, and print what stands below them."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.sagemaker_sdk.page import PAGE, SIDES, chapters
from tests.sagemaker_sdk.running import User

TEXT = PAGE.read_text(encoding="utf-8")
CHAPTERS = [chapter for chapter in chapters(TEXT) if any(side.steps for side in chapter.sides.values())]
# How often the SDK looks depends on how long a thing takes.
LOOKS = {"DescribeEndpoint", "DescribeLogStreams", "DescribeTrainingJob", "GetLogEvents"}

Outcomes = dict[tuple[str, str], "Future[str]"]


@pytest.fixture(scope="module")
def user(cloud, tmp_path_factory) -> User:
    home = tmp_path_factory.mktemp("page")
    cloud.cdk("bootstrap", "aws://123456789012/us-east-1", cwd=home)
    user = User(home, cloud.environment)
    user.run_once(chapters(TEXT))
    return user


@pytest.fixture(scope="module")
def outcomes(user) -> Iterator[Outcomes]:
    """The SDK's sides at once, since it mostly sleeps; ours one after the other beside them.

    The first of the SDK's is alone: it makes the SDK's bucket, and so each asks for the bucket as often as in any run.
    """
    outcomes: Outcomes = {}

    def here(chapter):
        if chapter.title == "Attach to a job":
            outcomes[chapter.title, "sdk"].exception()  # The job is the SDK's.
        return user.run_chapter(chapter, "here")

    with ThreadPoolExecutor(len(CHAPTERS)) as many, ThreadPoolExecutor(1) as one:
        first, *others = CHAPTERS
        outcomes[first.title, "sdk"] = many.submit(user.run_chapter, first, "sdk")
        outcomes[first.title, "sdk"].exception()
        for chapter in others:
            outcomes[chapter.title, "sdk"] = many.submit(user.run_chapter, chapter, "sdk")
        for chapter in CHAPTERS:
            outcomes[chapter.title, "here"] = one.submit(here, chapter)
        yield outcomes


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.title for chapter in CHAPTERS])
def test_a_side_prints_what_stands_below_it(chapter, side, outcomes):
    printed = outcomes[chapter.title, side].result()
    # The SDK's wait ends in "!" without an end of line.
    lines = [re.sub("^-*!", "", line.strip()) for line in printed.splitlines()]
    expected = [line.strip() for line in chapter.sides[side].prints]
    assert expected
    rest = iter(lines)
    assert [line for line in expected if line not in rest] == [], printed  # in this order
    assert [line for line in chapter.sides[side].prints_not if line.strip() in lines] == []


@pytest.mark.parametrize(
    "text", ["## A\n<!-- sdk pritns -->\n```text\nx\n```\n", "## A\n<!-- sdk -->\n\n```python\nx\n```\n", "```\nx\n```"]
)
def test_a_block_that_would_not_be_run_is_refused(text):
    with pytest.raises(ValueError, match="is nothing that is run"):
        chapters(text)


def test_the_page_counts_the_calls_of_the_samples(outcomes, user):
    for chapter in CHAPTERS:
        outcomes[chapter.title, "sdk"].result()
    counted = Counter(user.calls.read_text(encoding="utf-8").splitlines())
    seen = {call: "looks" if call.split()[1] in LOOKS else str(count) for call, count in counted.items()}
    table = re.findall(r"^\| (\S+) `(\w+)` \| (\w+) \|", TEXT, re.MULTILINE)
    assert seen == {f"{service} {operation}": count for service, operation, count in table}
