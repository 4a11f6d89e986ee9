"""The server is started on this machine only, with tool calls read as the model writes them, and calls nobody."""

from pathlib import Path

from serve.vllm import command, environment


def test_serves_locally_with_the_parser_of_the_template():
    line = command(Path("/env"), Path("/model"), "bagui-mini", 8100)
    assert line[:3] == ["/env/bin/vllm", "serve", "/model"]
    assert line[line.index("--host") + 1] == "127.0.0.1"
    assert line[line.index("--tool-call-parser") + 1] == "hermes"
    assert "--enable-auto-tool-choice" in line


def test_stays_offline_and_within_its_threads():
    settings = environment(2)
    assert settings["HF_HUB_OFFLINE"] == settings["VLLM_NO_USAGE_STATS"] == settings["DO_NOT_TRACK"] == "1"
    assert settings["VLLM_CPU_OMP_THREADS_BIND"] == "0-1"
