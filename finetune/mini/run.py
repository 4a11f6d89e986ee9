"""Make bagui-mini from nothing: `python -m finetune.mini.run [--data PATH] [--minutes 75]`.

Writes dialogues, tokenizer, checkpoints and a log under `finetune/runs/mini`, then the weights to `--out`. Stopped and
started again it goes on where it was. `PATH` is a folder with public law text (`stard/corpus.jsonl.gz`); without
it the model sees only what this project wrote. Uses a GPU when there is one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

RUN = Path("finetune/runs/mini")


def step(module: str, *arguments: object) -> None:
    command = [sys.executable, "-m", f"finetune.mini.{module}", *map(str, arguments)]
    print("+", " ".join(command[1:]), flush=True)
    subprocess.run(command, check=True)  # noqa: S603 - our own modules


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--dialogues", type=int, default=54_000)
    parser.add_argument("--out", type=Path, default=RUN / "export")
    parser.add_argument("--version", default="1")
    options = parser.parse_args()
    data, train = RUN / "data", RUN / "train"
    if not (data / "test.jsonl").exists():
        law = ("--data", options.data) if options.data else ()
        step("data.build", "--out", data, "--train", options.dialogues, *law)
    if not (data / "tokenizer.json").exists():
        step("vocabulary", "--data", data)
    step("train", "--data", data, "--out", train, "--minutes", options.minutes)
    tokenizer = data / "tokenizer.json"
    step(
        "export",
        "gguf",
        "--run",
        train,
        "--tokenizer",
        tokenizer,
        "--out",
        options.out,
        "--version",
        options.version,
    )
    folder = options.out / "huggingface"
    step(
        "export",
        "huggingface",
        "--gguf",
        options.out / "model.gguf",
        "--tokenizer",
        tokenizer,
        "--out",
        folder,
    )


if __name__ == "__main__":
    main()
