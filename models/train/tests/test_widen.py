"""A wider UNet begins as the narrower one."""

import pytest
import torch

from magdiff.modules.coordinates import coordinates
from magdiff.modules.unet import UNet3DConditionModel, UnetConfig
from magdiff.widen import widen


def small(widths: list[int], coordinates: bool) -> UNet3DConditionModel:
    """A UNet of some widths whose every weight is random."""
    cfg = UnetConfig(
        sample_size=8, in_channels=12, out_channels=6, block_out_channels=widths, cross_attention_dim=16,
        attention_head_dim=[w // 32 for w in widths], text_context_len=5, subject_patch=2, precondition=True,
        coordinates=coordinates,
    )  # fmt: skip
    torch.manual_seed(3)
    unet = UNet3DConditionModel(cfg).eval()
    with torch.no_grad():
        for name, p in unet.named_parameters():
            if "coordinates" not in name:
                p.add_(torch.randn(p.shape) * 0.05)
    return unet


@pytest.mark.parametrize(("frames", "close"), [(1, 1e-4), (3, 0.3)])
@torch.no_grad()
def test_twice_as_wide_says_the_same(frames: int, close: float) -> None:
    """To rounding for a picture; nearly for a clip, whose frame embedding has other rates between the old ones."""
    old, new = small([32, 64, 64], False), small([64, 128, 128], True)
    widen(new, old)
    latents, mask = torch.randn(2, 12, frames, 8, 8), torch.rand(2, 4, frames, 8, 8).round()
    sample, states = torch.cat([latents, mask], dim=1), torch.randn(2, 9, 16)
    was, now = (m(sample, torch.tensor([700]), states) for m in (old, new))
    assert float((was - now).norm() / was.norm()) < close


@torch.no_grad()
def test_copies_learn_apart() -> None:
    """Repeated channels are read with different shares."""
    old, new = small([32, 64, 64], False), small([64, 128, 128], False)
    widen(new, old)
    read = new.down_blocks[0].resnets[0].conv2.weight  # type: ignore[union-attr, index]
    assert not torch.allclose(read[:, 0::2], read[:, 1::2])


def test_coordinates_know_corners() -> None:
    """y and x run from −1 to 1 downwards and to the right."""
    table = coordinates(4, 6)
    assert table.shape == (10, 4, 6)
    assert table[:2, 0, 0].tolist() == [-1, -1]
    assert table[:2, 3, 5].tolist() == [1, 1]
