"""The workbench of relationship managers: screens over the desk, in Gradio."""
