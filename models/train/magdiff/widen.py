"""A wider UNet that begins as what a narrower one has learned (Net2Net, Chen et al. 2016).

A wider channel is one of the narrower ones again, and whatever reads it reads a share of it. Where every width is a
multiple of the old one, normalisation sees the same groups and the wider network says the same; else nearly.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .modules.attention import ApaAttention, SelfAttention, SpatialTransformer
from .modules.unet import Resnet, Stage, TemporalConv, UNet3DConditionModel

UNEVEN = 0.3  # how far the shares differ with which a repeated channel is read, so that copies learn apart


def spread(old: int, new: int, group: int = 1) -> Tensor:
    """The old channel that each new one repeats (new,), neighbours together, `group` channels at a time."""
    block = torch.arange(new // group) * (old // group) // (new // group)
    return (block.unsqueeze(1) * group + torch.arange(group)).flatten()


def joined(*parts: tuple[int, int]) -> Tensor:
    """`spread` of channels that are laid one behind the other."""
    maps, at = [], 0
    for old, new in parts:
        maps.append(spread(old, new) + at)
        at += old
    return torch.cat(maps)


class Widening:
    """Fills the parameters of a wider module from those of a narrower one."""

    def __init__(self, seed: int = 1) -> None:
        self.g = torch.Generator().manual_seed(seed)

    def fill(self, new: Tensor, old: Tensor, out: Tensor | None = None, into: Tensor | None = None) -> None:
        """Rows of `old` by `out`, columns by `into`, whose repetitions share what the old column said."""
        value = old.detach()
        if out is not None:
            value = value[out]
        if into is not None:
            many = torch.zeros(old.shape[1]).index_add_(0, into, torch.ones(len(into)))
            uneven = torch.randn(len(into), generator=self.g) * UNEVEN
            sums = torch.zeros(old.shape[1]).index_add_(0, into, uneven)
            share = (1 + uneven - (sums / many)[into]) / many[into]
            value = value[:, into] * share.view(1, -1, *[1] * (value.ndim - 2))
        assert new.shape == value.shape, (new.shape, value.shape)
        new.data.copy_(value)

    def layer(self, new: nn.Module, old: nn.Module, out: Tensor | None = None, into: Tensor | None = None) -> None:
        """A linear layer, a convolution or a norm."""
        self.fill(new.weight, old.weight, out, into)  # type: ignore[arg-type]
        if getattr(old, "bias", None) is not None:
            self.fill(new.bias, old.bias, out)  # type: ignore[arg-type]

    def resnet(self, new: Resnet, old: Resnet, into: Tensor, out: Tensor, time: Tensor) -> None:
        """Channels that come in and go out, and those of the time embedding."""
        self.layer(new.norm1, old.norm1, into)
        self.layer(new.conv1, old.conv1, out, into)
        self.layer(new.time_emb_proj, old.time_emb_proj, out, time)
        self.layer(new.norm2, old.norm2, out)
        self.layer(new.conv2, old.conv2, out, out)
        if old.conv_shortcut is not None and new.conv_shortcut is not None:
            self.layer(new.conv_shortcut, old.conv_shortcut, out, into)

    def temporal(self, new: TemporalConv, old: TemporalConv, out: Tensor) -> None:
        """Norms and convolutions along time."""
        for a, b in zip(new.convs, old.convs, strict=True):
            if isinstance(b, nn.GroupNorm):
                self.layer(a, b, out)
            elif isinstance(b, nn.Conv3d):
                self.layer(a, b, out, out)

    def attention(
        self, new: SelfAttention | ApaAttention, old: SelfAttention | ApaAttention, inner: Tensor
    ) -> None:
        """Heads are repeated whole."""
        size, more = old.to_q.weight.shape[0], new.to_q.weight.shape[0]
        heads = spread(size, more, size // old.heads)
        apa = isinstance(old, ApaAttention)
        for name in ("to_q", "to_k", "to_v", *(("to_k_ip", "to_v_ip") if apa else ())):
            into = None if apa and name != "to_q" else inner
            self.layer(getattr(new, name), getattr(old, name), heads, into)
        self.layer(new.to_out[0], old.to_out[0], inner, heads)
        if isinstance(old, ApaAttention) and isinstance(new, ApaAttention):
            new.text_cross_attention_scale.data.copy_(old.text_cross_attention_scale)
            new.image_cross_attention_scale.data.copy_(old.image_cross_attention_scale)

    def transformer(self, new: SpatialTransformer, old: SpatialTransformer, out: Tensor) -> None:
        """Inside, pairs of channels stay pairs: the frame embedding is sine and cosine in turn."""
        size, more = old.proj_in.weight.shape[0], new.proj_in.weight.shape[0]
        inner = spread(size, more, 2)
        self.layer(new.norm, old.norm, out)
        self.layer(new.proj_in, old.proj_in, inner, out)
        self.layer(new.proj_out, old.proj_out, out, inner)
        for a, b in zip(new.transformer_blocks, old.transformer_blocks, strict=True):
            for name in ("norm1", "norm2", "temp_norm", "norm3"):
                self.layer(getattr(a, name), getattr(b, name), inner)
            for name in ("attn1", "attn2", "temp_attn"):
                self.attention(getattr(a, name), getattr(b, name), inner)
            wide = spread(4 * size, 4 * more)
            self.layer(a.ff.net[0].proj, b.ff.net[0].proj, torch.cat([wide, wide + 4 * size]), inner)
            self.layer(a.ff.net[2], b.ff.net[2], inner, wide)

    def stage(self, new: Stage, old: Stage, inputs: list[Tensor], out: Tensor, time: Tensor) -> None:
        """A block whose resnets are given `inputs`."""
        for a, b, into in zip(new.resnets, old.resnets, inputs, strict=True):
            self.resnet(a, b, into, out, time)
        for a, b in zip(new.temp_convs, old.temp_convs, strict=True):
            self.temporal(a, b, out)
        if hasattr(old, "attentions"):
            for a, b in zip(new.attentions, old.attentions, strict=True):
                self.transformer(a, b, out)
        for name in ("downsamplers", "upsamplers"):
            if hasattr(old, name):
                self.layer(getattr(new, name)[0].conv, getattr(old, name)[0].conv, out, out)


def _time(w: Widening, new: UNet3DConditionModel, old: UNet3DConditionModel) -> Tensor:
    """The time embedding: old frequencies go where the new sinusoid has them; returns the map of its outputs."""
    a, b = new.time_embedding, old.time_embedding
    n, m = b.linear_1.weight.shape[1], a.linear_1.weight.shape[1]
    assert m % n == 0, "the first level's width has to be a multiple of the old one"
    time = spread(b.linear_1.weight.shape[0], a.linear_1.weight.shape[0])
    a.linear_1.weight.data.zero_()
    a.linear_1.weight.data[:, :: m // n] = b.linear_1.weight.data[time]
    w.fill(a.linear_1.bias, b.linear_1.bias, time)
    w.layer(a.linear_2, b.linear_2, time, time)
    return time


@torch.no_grad()
def widen(new: UNet3DConditionModel, old: UNet3DConditionModel) -> None:
    """Fills `new`, of the same blocks and greater widths, from `old`; what only `new` has keeps its values."""
    w = Widening()
    was, now = old.cfg.block_out_channels, new.cfg.block_out_channels
    levels = [spread(a, b) for a, b in zip(was, now, strict=True)]
    first, last = levels[0], len(was) - 1
    w.layer(new.conv_in, old.conv_in, first)
    time = _time(w, new, old)
    skips = [0]
    for i, (a, b) in enumerate(zip(new.down_blocks, old.down_blocks, strict=True)):
        count = len(b.resnets)
        inputs = [levels[max(i - 1, 0)], *[levels[i]] * (count - 1)]
        w.stage(a, b, inputs, levels[i], time)
        skips += [i] * (count + (i < last))
    w.stage(new.mid_block, old.mid_block, [levels[last]] * 2, levels[last], time)
    current = last
    for i, (a, b) in enumerate(zip(new.up_blocks, old.up_blocks, strict=True)):
        inputs = []
        for _ in b.resnets:
            skip = skips.pop()
            inputs.append(joined((was[current], now[current]), (was[skip], now[skip])))
            current = last - i
        w.stage(a, b, inputs, levels[current], time)
    w.layer(new.conv_norm_out, old.conv_norm_out, first)
    for name in ("conv_out", "conv_gate", "conv_less", "conv_hold"):
        if getattr(old, name) is not None:
            w.layer(getattr(new, name), getattr(old, name), None, first)
    for name in ("subject_mix", "precondition"):
        if getattr(old, name) is not None:
            getattr(new, name).load_state_dict(getattr(old, name).state_dict())
