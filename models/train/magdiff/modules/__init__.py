"""PyTorch modules with the released checkpoint's key names."""
