"""What a model is measured with: readers, sets of clips, the graphs that ship."""
