"""What the workbench asks of the house: values and functions over them, no screens."""
