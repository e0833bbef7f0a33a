"""What the evaluation makes its rows of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from magdiff.measuring import filmed
from magdiff.measuring.prepared import lifted
from magdiff.world.clips import Clips


def test_subjects_out_of_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenly spread frames whose subject is large enough, each under its own mask, named after the clip."""
    height, width, count = 20, 32, 300
    folder = tmp_path / "videos/masks_derived/slow-snail-detection"
    folder.mkdir(parents=True)
    frames = np.zeros((count, height, width, 3), np.uint8)
    frames[:, :, :, 0] = (np.arange(count) // 2)[:, None, None]
    for i in range(count):
        mask = np.zeros((height, width), np.uint8)
        side = 1 if i < 100 else 10  # 0.2 % and 16 % of the frame
        mask[4 : 4 + side, 6 : 6 + side] = 255
        Image.fromarray(mask).save(folder / f"{i:05}.png")

    def decoded(path: Path, filters: str) -> np.ndarray:
        assert path == tmp_path / "videos/slow-snail-detection.mp4"
        assert filters == "select=not(mod(n\\,10))"
        return frames[::10].reshape(-1)

    monkeypatch.setattr(filmed, "decoded", decoded)
    pack = filmed.clip_subjects(tmp_path)
    assert pack.names == ["snail"] * 20
    centre = pack.rgba[:, :, 80, 80]
    assert centre[:, 3].eq(255).all()
    assert centre[:, 0].tolist() == list(range(50, 150, 5))
    assert pack.rgba[:, 3, 0, 0].eq(0).all()


def test_lifted_cutouts() -> None:
    """Dark pixels of the subject rise, bright ones and the black around it stay."""
    masks = torch.zeros(1, 1, 8, 8)
    masks[..., 2:6] = 1
    cutout = torch.zeros(1, 1, 3, 8, 8)
    cutout[..., 3] = 0.7
    nothing = torch.zeros(0)
    clips = Clips(nothing, nothing, [cutout], masks, nothing, [], nothing, nothing, [], nothing)
    (out,) = lifted(clips, 0.1)
    assert out[0, 0, 0, 4].tolist() == pytest.approx([0, 0, 0.1, 0.7, 0.1, 0.1, 0, 0])
