"""What the process needs of its surroundings: nothing phones home, and freed memory is used again."""

from __future__ import annotations

import contextlib
import ctypes
import os

QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "CHROMA_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "OTEL_SDK_DISABLED": "true",
    # openvino_telemetry has no switch in the environment; it only stays quiet on what looks like a build machine.
    "TF_BUILD": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # After each event Gradio tabulates the last ten thousand, for a dashboard that is closed here.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}

_M_ARENA_MAX, _HEAPS = -8, 2  # malloc.h


def quiet() -> None:
    """Sets them whatever the surroundings say: an answer of the bank's is never a trace of somebody else's."""
    os.environ.update(QUIET)


def few_heaps() -> None:
    """glibc gives each thread a heap of its own and keeps what was freed in it: a server with a pool of threads grows by
    tens of megabytes a minute. Two heaps stay flat (eval/soak.py). Other C libraries have no such setting."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, _HEAPS)
