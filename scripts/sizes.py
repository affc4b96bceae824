"""The hard limits of the house: lines of a file and of a function, nesting, and a docstring.

Small files and functions are a matter of judgement; these are the lines nobody may cross.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FOLDERS = ("libs", "services", "tools", "scripts", "tests", "benchmarks")
_FILE_LINES = 300
_TEST_FILE_LINES = 400
_FUNCTION_LINES = 50
_NESTING = 3

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def faults_of(path: Path) -> Iterator[str]:
    """Name each limit a file breaks."""
    text = path.read_text(encoding="utf-8")
    place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    is_test = "tests" in place.parts
    lines, limit = text.count("\n"), _TEST_FILE_LINES if is_test else _FILE_LINES
    if lines > limit:
        yield f"{place}: {lines} lines, over {limit}"
    tree = ast.parse(text)
    if tree.body and not is_test and ast.get_docstring(tree) is None:
        yield f"{place}: no module docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _function_faults(place, node)


def _function_faults(place: Path, function: _Function) -> Iterator[str]:
    named = f"{place}:{function.lineno}: {function.name}"
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if lines > _FUNCTION_LINES:
        yield f"{named} has {lines} lines, over {_FUNCTION_LINES}"
    depth = max((_depth(statement) for statement in function.body), default=0)
    if depth > _NESTING:
        yield f"{named} nests {depth} deep, over {_NESTING}"


def _depth(node: ast.AST) -> int:
    below = max((_depth(child) for child in _inner(node)), default=0)
    return below + isinstance(node, _BLOCKS)


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    """Go into a statement, but not into functions of its own and not down an `elif` chain."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        is_elif = isinstance(node, ast.If) and node.orelse == [child] and isinstance(child, ast.If)
        if is_elif:
            yield from _inner(child)
        else:
            yield child


def main() -> int:
    """Check every Python file of the repository; 1 when a limit is broken."""
    files = [path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    faults = [fault for path in files for fault in faults_of(path)]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"sizes: {len(files)} files, {len(faults)} over a limit")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
