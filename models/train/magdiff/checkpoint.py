"""Checkpoints that survive being cut off: written beside, then renamed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Writes `state` so that `path` always holds a whole checkpoint."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f"{path.suffix}.{os.getpid()}.part")  # several processes may write the same
    torch.save(state, beside)
    os.replace(beside, path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Reads a checkpoint written by `save_checkpoint` onto the CPU."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def seed_for(*parts: int) -> torch.Generator:
    """A CPU generator whose stream depends on every part (run seed, stream, step …)."""
    value = 0x9E3779B97F4A7C15
    for part in parts:
        value = ((value ^ (part + 0x7F4A7C15)) * 0xBF58476D1CE4E5B9) & 0x7FFFFFFFFFFFFFFF
        value ^= value >> 29
    return torch.Generator().manual_seed(value)
