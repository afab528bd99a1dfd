import pytest

from constructs_lib.exceptions import EntryPointError
from constructs_lib.front_doors.code import front_code, write_code


@pytest.fixture
def module(tmp_path):
    def write(text, name="front.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


HANDLER = {"__init__.py", "exchange.py", "failures.py", "hooks.py", "index.py"}


def test_without_a_module_the_handler_travels_alone():
    code = front_code(None, None)
    assert code.module is None
    assert {file.name for file in code.files} == {f"sklearn_front/{name}" for name in HANDLER}


@pytest.mark.parametrize(
    "text",
    [
        "def before(body, content_type): ...",
        "def after(body, content_type='', *, strict=True): ...",
        "def before(*given): ...",
        "from rules import after",
        "before = lambda body, content_type: (body, content_type)",
        "from rules import *",
        "try:\n    from rules import before\nexcept ImportError:\n    def before(body, content_type): ...",
    ],
)
def test_a_module_with_a_hook_travels_beside_the_handler(module, text):
    code = front_code(module(text), None)
    assert code.module == "front"
    assert {file.name for file in code.files} == {"front.py", *(f"sklearn_front/{name}" for name in HANDLER)}


def test_a_folder_travels_with_its_module(module, tmp_path):
    module("def before(body, content_type): ...", "src/rules/front.py")
    module("{}", "src/limits.json")
    code = front_code("rules/front.py", tmp_path / "src")
    assert code.module == "rules.front"
    assert {"limits.json", "rules/front.py"} <= {file.name for file in code.files}


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("def predict(): ...", "front.py", "defines none of the hooks after, before"),
        ("def before(body): ...", "front.py", "defines before with other parameters than two"),
        ("def after(a, b, c): ...", "front.py", "write 'def after(body, content_type)'"),
        ("def after(a, b, *, c): ...", "front.py", "defines after with other parameters than two"),
        ("async def before(body, content_type): ...", "front.py", "defines before as a coroutine"),
        ("def before(:", "front.py", "is not valid Python"),
        ("def before(body, content_type): ...", "my-front.py", "is no module that can be imported"),
        ("def before(body, content_type): ...", "front.txt", "is no module that can be imported"),
    ],
)
def test_a_module_that_could_not_be_used_is_refused(module, text, name, message):
    with pytest.raises(EntryPointError, match=message.replace("(", r"\(").replace(")", r"\)")):
        front_code(module(text, name), None)


def test_both_hooks_are_looked_at(module):
    with pytest.raises(EntryPointError) as error:
        front_code(module("def before(): ...\ndef after(): ..."), None)
    assert len(error.value.problems) == 2


def test_the_handlers_package_keeps_its_name(module, tmp_path):
    module("", "src/sklearn_front/other.py")
    module("def before(body, content_type): ...", "src/front.py")
    with pytest.raises(EntryPointError, match="is the name of the handler's own package"):
        front_code("front.py", tmp_path / "src")


def test_the_same_code_is_written_to_the_same_folder(stack, module):
    code = front_code(module("def before(body, content_type): ..."), None)
    folder = write_code(stack, code)
    assert write_code(stack, code) == folder
    assert (folder / "front.py").read_text(encoding="utf-8") == "def before(body, content_type): ..."
    assert (folder / "sklearn_front" / "index.py").is_file()
