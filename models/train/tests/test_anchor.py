"""Anchored norms keep a typical picture's latents and make cut-outs agree better."""

from __future__ import annotations

import torch

from magdiff.anchor import anchor_norms, consistency
from magdiff.modules.vae import AutoencoderKL, VaeConfig


@torch.no_grad()
def test_anchored_encoder() -> None:
    torch.manual_seed(0)
    vae = AutoencoderKL(VaeConfig(block_out_channels=[8, 16, 16, 32], latent_channels=4))
    for p in vae.encoder.parameters():
        p += 0.02 * torch.randn_like(p)
    x = torch.nn.functional.interpolate(torch.rand(6, 3, 8, 8) * 2 - 1, scale_factor=8.0, mode="bicubic")
    mask = torch.zeros(6, 64, 64)
    mask[:, 16:48, 16:48] = 1
    cut = (x + 1) * mask.unsqueeze(1) - 1
    before, apart = vae.encode(x)[0], consistency(vae.encode(x)[0], vae.encode(cut)[0], mask)
    anchor_norms(vae, x)
    after = vae.encode(x)[0]
    assert ((after - before) ** 2).mean() < 0.5 * before.var()
    assert consistency(after, vae.encode(cut)[0], mask) < apart
