"""An encoder that is a principal component analysis of 8×8 patches, written in AutoencoderKL's own layers.

What it gives that a trained encoder does not: a cell's latents depend on its own 64 pixels and on nothing else, so
a cut-out and the same subject in a place have the same latents wherever the mask covers a cell, and HFA carries
the subject to every frame exactly. Shortcuts and space-to-channel kernels carry the pixels down, all residual
branches are zero; a pair (y, −y) of channels passes the last SiLU unchanged, since silu(y) − silu(−y) = y, and
offsets ±32 hold the last GroupNorm's scale still (mean y² moves it by about a thousandth).

Components are scaled by λ^(−1/4): halfway between pixels' own spectrum and white.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .modules.vae import AutoencoderKL

OFFSET = 32.0


def patch_rows(pictures: Tensor, side: int) -> Tensor:
    """(n, 3, h, w) → (cells, 4^k · 3): pixels of every cell in the order nested 2×2 blocks give them."""
    x = pictures
    while side > 1:
        n, c, h, w = x.shape
        x = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(n, 4 * c, h // 2, w // 2)
        side //= 2
    return x.permute(0, 2, 3, 1).flatten(0, 2)


def principal(rows: Tensor, count: int, weight: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (d,), components (count, d) and their variances (count,) of weighted rows (n, d)."""
    w = torch.ones(len(rows)) if weight is None else weight
    mean = (rows * w[:, None]).sum(0) / w.sum()
    x = (rows - mean).double()
    values, vectors = torch.linalg.eigh((x * w[:, None].double()).T @ x / w.sum().double())
    return mean, vectors.flip(1)[:, :count].T.float(), values.flip(0)[:count].float()


def _clear(module: nn.Module) -> None:
    for name, p in module.named_parameters():
        norm = any(k in name for k in ("norm1", "norm2", "group_norm", "norm_out"))
        nn.init.constant_(p, 1.0 if norm and name.endswith("weight") else 0.0)


def _carry(conv: nn.Conv2d | None, count: int) -> None:
    """Identity on the first `count` channels (centre tap)."""
    if conv is None:
        return
    k = conv.kernel_size[0] // 2
    for i in range(count):
        conv.weight.data[i, i, k, k] = 1.0


def _gather(conv: nn.Conv2d, weight: Tensor) -> None:
    """Stride-2 conv that applies `weight` (out, 4 · in) to 2×2 blocks."""
    out, four = weight.shape
    kernel = weight.view(out, 2, 2, four // 4).permute(0, 3, 1, 2)
    conv.weight.data[:out, : four // 4, :2, :2] = kernel


@torch.no_grad()
def set_patch_encoder(vae: AutoencoderKL, pictures: Tensor, weight: Tensor) -> None:
    """Rewrites encoder and `quant_conv`; decoding is left as it is.

    `pictures` (n, 3, h, w) in −1..1 are what the components are fitted to, `weight` (n, h, w) how much their pixels
    count.
    """
    cfg = vae.cfg
    channels, widths = cfg.latent_channels, cfg.block_out_channels
    if len(widths) != 4 or widths[0] < 12 or widths[3] < 2 * channels or widths[2] < channels:
        raise ValueError("patch encoder: four levels, at least 12, any, C and 2·C channels wide")
    enc = vae.encoder
    _clear(enc)
    _clear(vae.quant_conv)
    _carry(enc.conv_in, 3)
    first, second, third, last = enc.down_blocks
    _gather(first.downsamplers[0].conv, torch.eye(12))  # type: ignore[index]
    _carry(second.resnets[0].conv_shortcut, 12)
    middle = min(48, widths[1])
    rows = patch_rows(pictures, 4)
    cells = F.adaptive_avg_pool2d(weight.unsqueeze(1), weight.shape[-1] // 4).flatten()
    p1 = principal(rows, middle, cells)[1]
    _gather(second.downsamplers[0].conv, p1)  # type: ignore[index]
    _carry(third.resnets[0].conv_shortcut, middle)
    n, _, h, w = pictures.shape
    grid = (rows @ p1.T).view(n, h // 4, w // 4, middle).permute(0, 3, 1, 2)
    outer = patch_rows(grid, 2)
    cells = F.adaptive_avg_pool2d(weight.unsqueeze(1), weight.shape[-1] // 8).flatten()
    mean, p2, variance = principal(outer, channels, cells)
    scale = variance.clamp_min(1e-8) ** -0.25
    scale = scale / (variance * scale**2).mean().sqrt()
    p2 = p2 * scale[:, None]
    _gather(third.downsamplers[0].conv, p2)  # type: ignore[index]
    third.downsamplers[0].conv.bias.data[:channels] = -(p2 @ mean)  # type: ignore[index]
    # channels 2k and 2k + 1 carry +y and −y; three pairs of a group up, three down
    short = last.resnets[0].conv_shortcut
    assert short is not None
    sign = torch.tensor([1.0, -1.0])
    per = widths[3] // cfg.norm_num_groups
    for k in range(channels):
        short.weight.data[2 * k, k, 0, 0], short.weight.data[2 * k + 1, k, 0, 0] = 1.0, -1.0
        enc.conv_out.weight.data[k, 2 * k, 1, 1], enc.conv_out.weight.data[k, 2 * k + 1, 1, 1] = 1.0, -1.0
    offset = sign.repeat_interleave(per // 2).repeat(cfg.norm_num_groups)[: widths[3]] * OFFSET
    short.bias.data.copy_(offset)
    level = (OFFSET**2 + 1.0) ** 0.5
    enc.conv_norm_out.weight.data.fill_(level)
    enc.conv_norm_out.bias.data.copy_(-offset)
    enc.conv_out.bias.data[channels:] = -12.0
    _carry(vae.quant_conv, 2 * channels)


@torch.no_grad()
def add_patch_head(vae: AutoencoderKL, pictures: Tensor) -> None:
    """Fits the decoder's linear head to `pictures` (n, 3, h, w) in −1..1 and silences its other layers' output."""
    head = vae.decoder.patch_out
    assert head is not None
    z = torch.cat([vae.post_quant_conv(vae.encode(x)[0]) for x in pictures.split(16)])
    rows = z.permute(0, 2, 3, 1).flatten(0, 2)
    rows = torch.cat([rows, torch.ones(len(rows), 1)], dim=1).double()
    pixels = F.pixel_unshuffle(pictures, vae.decoder.side).permute(0, 2, 3, 1).flatten(0, 2).double()
    solution = torch.linalg.lstsq(rows, pixels).solution.float()
    head.weight.copy_(solution[:-1].T[:, :, None, None])
    head.bias.copy_(solution[-1])  # type: ignore[union-attr]
    nn.init.zeros_(vae.decoder.conv_out.weight)
    nn.init.zeros_(vae.decoder.conv_out.bias)  # type: ignore[arg-type]


@torch.no_grad()
def patch_kernel(vae: AutoencoderKL) -> tuple[Tensor, Tensor]:
    """The whole encoder of `set_patch_encoder` as one 8×8 stride-8 convolution: weight (C, 3, 8, 8), bias (C,).

    Agrees with `vae.encode` to about a thousandth and costs next to nothing: for pools, not for measuring.
    """
    enc, c = vae.encoder, vae.cfg.latent_channels

    def linear(x: Tensor) -> Tensor:
        x = enc.conv_in(x)
        for block in list(enc.down_blocks)[:3]:
            short = block.resnets[0].conv_shortcut
            x = x if short is None else short(x)
            x = block.downsamplers[0](x)
        return x[:, :c, 0, 0]

    basis = torch.eye(192, device=enc.conv_in.weight.device).view(192, 3, 8, 8)
    bias = linear(torch.zeros_like(basis[:1]))
    return (linear(basis) - bias).T.reshape(c, 3, 8, 8).contiguous(), bias[0]


@torch.no_grad()
def pixel_head(vae: AutoencoderKL) -> Tensor | None:
    """The decoder's linear part: a cell's scaled latents to its pixels, (3 · 64, C); None where it has none."""
    head = vae.decoder.patch_out
    if head is None:
        return None
    through = head.weight[:, :, 0, 0] @ vae.post_quant_conv.weight[:, :, 0, 0]
    return through / vae.cfg.scaling_factor


@torch.no_grad()
def linear_parts(vae: AutoencoderKL) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What `SubjectMix.take_linear_parts` takes, of a VAE with a patch encoder and a linear head."""
    head, (kernel, bias) = vae.decoder.patch_out, patch_kernel(vae)
    weight = pixel_head(vae)
    assert head is not None and weight is not None and head.bias is not None
    through = vae.post_quant_conv.bias
    assert through is not None
    offset = head.bias + head.weight[:, :, 0, 0] @ through
    scale = vae.cfg.scaling_factor
    black = (bias - kernel.sum((1, 2, 3))) * scale
    return weight, offset, kernel * scale, black


@torch.no_grad()
def latent_to_rgb(vae: AutoencoderKL, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Least squares from scaled latents to RGB in −1..1 at latent resolution: matrix (C, 3), bias (3,)."""
    z = vae.encode(pictures)[0] * vae.cfg.scaling_factor
    small = F.adaptive_avg_pool2d(pictures, z.shape[-1])
    rows = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
    rows = torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
    solution = torch.linalg.lstsq(rows, small.permute(0, 2, 3, 1).reshape(-1, 3)).solution
    return solution[:-1], solution[-1]
