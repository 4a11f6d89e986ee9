"""How fast it is on this machine: `python -m eval.bench [--data PATH]`, first the answers, then the search."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, help="folder that holds stard/; without it made-up articles")
    options.add_argument("--only", choices=["answers", "retrieval"], help="one half alone")
    args = options.parse_args()
    data = ["--data", str(args.data)] if args.data else []
    for name, arguments in (("answers", []), ("retrieval", data)):
        if args.only in (None, name):
            print(f"— {name} —", flush=True)
            # A process each, so that neither measures the other's memory.
            subprocess.run([sys.executable, "-m", f"eval.bench_{name}", *arguments], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
