"""`make bench`: the benchmarks that take minutes; the others are named with what they measure."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import whole


def main() -> None:
    """Run the quick benchmarks and name the long ones."""
    whole.main()
    print("\nLonger ones, each by `python -m tests.benchmarks.NAME`:")
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in {"__init__", "__main__", "whole"}:
            about = path.read_text("utf-8").split('"""')[1].strip().splitlines()[0]
            print(f"  {path.stem:<24}{about}")


if __name__ == "__main__":
    main()
