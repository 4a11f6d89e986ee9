"""Gradio is loaded before the tests: its audio library warns while it loads, and warnings are errors here."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import gradio.routes  # noqa: F401
    import plotly.graph_objects  # noqa: F401
