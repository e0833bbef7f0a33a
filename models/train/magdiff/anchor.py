"""Makes the encoder's latents of a subject depend less on what surrounds it.

GroupNorm looks at the whole picture, so a cut-out on black and the same subject in a place get different latents,
which HFA would have to undo. Two remedies: `anchor_norms` adds large fixed offsets of alternating sign to the
channels before a norm (undone by its weight and bias), so that its variance hardly depends on the picture; then the
VAE is trained with `consistency` between the two encodings.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .modules.vae import AutoencoderKL


def _offset(norm: nn.GroupNorm, sigma: Tensor, strength: float) -> Tensor:
    """Offsets ± strength · σ per channel (C,), σ per group; rewrites the norm so that it undoes them."""
    per = norm.num_channels // norm.num_groups
    sign = torch.tensor([1.0, -1.0]).repeat(norm.num_channels // 2)
    width = sigma.repeat_interleave(per)
    with torch.no_grad():
        norm.bias -= norm.weight * sign * strength
        norm.weight *= (1 + strength**2) ** 0.5
    return sign * strength * width


@torch.no_grad()
def anchor_norms(vae: AutoencoderKL, pictures: Tensor, strength: float = 3.0) -> None:
    """Rewrites the encoder; a typical picture of `pictures` (n, 3, h, w) keeps its latents."""
    spread: dict[nn.GroupNorm, Tensor] = {}

    def watch(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(module, nn.GroupNorm)
        x = inputs[0].unflatten(1, (module.num_groups, -1)).flatten(2)
        spread[module] = x.std(-1).median(0).values

    encoder = vae.encoder
    norms = [m for m in encoder.modules() if isinstance(m, nn.GroupNorm)]
    hooks = [m.register_forward_pre_hook(watch) for m in norms]
    vae.encode(pictures)
    for hook in hooks:
        hook.remove()
    mid = encoder.mid_block
    blocks = [r for d in encoder.down_blocks for r in d.resnets] + list(mid.resnets)
    for r in blocks:
        r.conv1.bias += _offset(r.norm2, spread[r.norm2], strength)
    # one offset for the whole stream of the lowest level: four norms read it, no padded conv does
    stream = [mid.resnets[0].norm1, mid.attentions[0].group_norm, mid.resnets[1].norm1, encoder.conv_norm_out]
    sigma = torch.stack([spread[m] for m in stream]).amax(0)
    last = encoder.down_blocks[-1].resnets[-1]
    offsets = torch.zeros_like(last.conv2.bias)
    for m in stream:
        ratio = sigma / spread[m]
        per = m.num_channels // m.num_groups
        wide = ratio.repeat_interleave(per) * strength
        sign = torch.tensor([1.0, -1.0]).repeat(m.num_channels // 2)
        m.bias -= m.weight * sign * wide
        m.weight *= (1 + wide**2).sqrt()
        offsets = sign * strength * sigma.repeat_interleave(per)
    last.conv2.bias += offsets


def consistency(whole: Tensor, cut: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference of latents (n, C, h, w) where the mask (n, H, W) covers a cell and its
    neighbours' inner halves."""
    cover = F.adaptive_avg_pool2d(mask.unsqueeze(1), whole.shape[-1])
    inside = (cover > 0.97).float()
    return ((whole - cut) ** 2 * inside).sum() / (inside.sum() * whole.shape[1]).clamp_min(1)
