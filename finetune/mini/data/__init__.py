"""Training data of bagui-mini: dialogues made by slot grammars over the tool catalogue and the corpus."""
