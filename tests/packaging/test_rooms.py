"""The house as drawn: no room imports another's private module, and pytest's side stays a thin shell."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "audiotest"


def imports(path):
    """(module, line) of every import of a file, relative ones not among them: there are none."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_no_room_imports_a_private_module_of_another():
    strangers = []
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        for module, line in imports(path):
            parts = module.split(".")
            private = len(parts) > 2 and parts[0] == "audiotest" and parts[1] != room.removesuffix(".py")
            if private and any(part.startswith("_") and not part.startswith("__") for part in parts[1:]):
                strangers.append(f"{path.relative_to(PACKAGE)}:{line} imports {module}")
    assert strangers == []


def test_the_shell_around_the_engine_is_thin():
    files = [PACKAGE / "plugin.py", *(PACKAGE / "runner").glob("*.py")]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) < 1500
