"""Nothing phones home: libraries are told so before any of them is imported."""

from __future__ import annotations

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
}


def quiet() -> None:
    """Sets them whatever the surroundings say: an answer of the bank's is never a trace of somebody else's."""
    os.environ.update(QUIET)
