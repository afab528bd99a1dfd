"""Which worker runs which tests, and which begin: what is shared is made once, and nothing long is left for the end."""

import pytest
from xdist.scheduler import LoadFileScheduling

# Their tests share what takes long to make, once a worker: a bootstrapped cloud, templates of apps, an image.
TOGETHER = ("tests/end_to_end", "tests/aws_image", "tests/own_image")
# The longest of all, with processes of foreign tools.
FIRST = (*TOGETHER, "tests/sagemaker_sdk_v3", "tests/sagemaker_sdk", "tests/aws_cli")


def folder_of(node_id: str, folders: tuple[str, ...]) -> str | None:
    """Which of the folders a test lies in."""
    return next((folder for folder in folders if node_id.startswith(f"{folder}/")), None)


def longest_first(items: list[pytest.Item]) -> None:
    """Bring the tests of `FIRST` to the front, in that order; all others stay in theirs."""

    def place(item: pytest.Item) -> int:
        folder = folder_of(item.nodeid, FIRST)
        return len(FIRST) if folder is None else FIRST.index(folder)

    items.sort(key=place)


class SharedFixtureScheduling(LoadFileScheduling):  # type: ignore[misc]
    """Leaves a file on one worker, as its parent does, and the folders of `TOGETHER` as well."""

    def _split_scope(self, nodeid: str) -> str:
        return folder_of(nodeid, TOGETHER) or super()._split_scope(nodeid)
