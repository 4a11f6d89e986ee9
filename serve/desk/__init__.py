"""What the workbench asks of the state: values and functions over them, no screens."""
