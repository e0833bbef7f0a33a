"""Attention of the UNet: APA cross-attention, spatial, sparse-causal and temporal self-attention."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool = False) -> Tensor:
    """Multi-head attention: q (b, n, C), k and v (b, m, C) → (b, n, C).

    Written out: with sequences this short it trains 2–6 times faster on a CPU than the fused kernel.
    """

    def split(x: Tensor) -> Tensor:
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    split_q = split(q)
    scores = (split_q * split_q.shape[-1] ** -0.5) @ split(k).transpose(-1, -2)
    if causal:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    out = scores.softmax(-1).to(v.dtype) @ split(v)
    return out.transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    """`attn1` and `temp_attn`: no bias on q, k, v."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(channels, channels, bias=False)
        self.to_v = nn.Linear(channels, channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x: Tensor, sparse_frames: int = 0) -> Tensor:
        """(b·f, n, C) → same. With `sparse_frames` = f > 1: keys of frame 0 and frame max(i−1, 0)."""
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        if sparse_frames > 1:
            k, v = self._sparse(k, sparse_frames), self._sparse(v, sparse_frames)
        out: Tensor = self.to_out[0](attend(q, k, v, self.heads))
        return out

    @staticmethod
    def _sparse(x: Tensor, frames: int) -> Tensor:
        t = x.unflatten(0, (-1, frames))
        before = torch.cat([t[:, :1], t[:, :-1]], dim=1)
        return torch.cat([t[:, :1].expand_as(t), before], dim=2).flatten(0, 1)


class ApaAttention(nn.Module):
    """`attn2`, adaptive prompts alignment: one query, text and image keys and values, learned α."""

    def __init__(self, channels: int, context_dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context_dim, channels, bias=False)
        self.to_v = nn.Linear(context_dim, channels, bias=False)
        self.to_k_ip = nn.Linear(context_dim, channels, bias=False)
        self.to_v_ip = nn.Linear(context_dim, channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])
        self.text_cross_attention_scale = nn.Parameter(torch.ones(1))
        self.image_cross_attention_scale = nn.Parameter(torch.full((1,), 1.5))
        self.text_weight = 1.0
        self.image_weight = 1.0
        self.fixed_scale: float | None = None

    def forward(self, x: Tensor, text: Tensor, image: Tensor) -> Tensor:
        """x (b·f, n, C), text (b, m, C_ctx), image (b, k, C_ctx) → (b·f, n, C).

        `text_weight` and `image_weight` multiply the learned α; `fixed_scale` replaces both α.
        """
        shape = x.shape
        q = self.to_q(x).reshape(len(text), -1, shape[-1])
        a_text: Tensor | float = self.text_cross_attention_scale
        a_image: Tensor | float = self.image_cross_attention_scale
        if self.fixed_scale is not None:
            a_text = a_image = self.fixed_scale
        out = (a_text * self.text_weight) * attend(q, self.to_k(text), self.to_v(text), self.heads) + (
            a_image * self.image_weight
        ) * attend(q, self.to_k_ip(image), self.to_v_ip(image), self.heads)
        projected: Tensor = self.to_out[0](out.to(x.dtype))
        return projected.reshape(shape)


class Geglu(nn.Module):
    """`net.0` of the feed-forward part."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, inner * 2)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """GEGLU feed-forward, width ×4."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.net = nn.ModuleList([Geglu(channels, channels * 4), nn.Identity(), nn.Linear(channels * 4, channels)])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.net[2](self.net[0](x))
        return out


def frame_embedding(frames: int, channels: int, like: Tensor) -> Tensor:
    """Fixed sinusoid over frames: sin on even, cos on odd channels, base 10000; (frames, channels)."""
    position = torch.arange(frames, device=like.device, dtype=torch.float32).unsqueeze(1)
    rate = torch.exp(
        torch.arange(0, channels, 2, device=like.device, dtype=torch.float32) * (-math.log(10000.0) / channels)
    )
    out = torch.zeros(frames, channels, device=like.device)
    out[:, 0::2] = (position * rate).sin()
    out[:, 1::2] = (position * rate).cos()
    return out.to(like.dtype)


class TransformerBlock(nn.Module):
    """attn1, attn2, temporal part, feed-forward, each with its norm and skip."""

    def __init__(self, channels: int, context_dim: int, heads: int, sparse: bool) -> None:
        super().__init__()
        self.sparse = sparse
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = SelfAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.attn2 = ApaAttention(channels, context_dim, heads)
        self.temp_norm = nn.LayerNorm(channels)
        self.temp_attn = SelfAttention(channels, heads)
        self.norm3 = nn.LayerNorm(channels)
        self.ff = FeedForward(channels)

    def forward(self, x: Tensor, text: Tensor, image: Tensor, frames: int) -> Tensor:
        """x (b·f, n, C) → same."""
        x = x + self.attn1(self.norm1(x), frames if self.sparse else 0)
        x = x + self.attn2(self.norm2(x), text, image)
        x = self._temporal(x, frames)
        return x + self.ff(self.norm3(x))

    def _temporal(self, x: Tensor, frames: int) -> Tensor:
        n, c = x.shape[1:]
        t = x.unflatten(0, (-1, frames)) + frame_embedding(frames, c, x).view(frames, 1, c)
        if frames > 1:
            t = t.transpose(1, 2).flatten(0, 1)
            t = t + self.temp_attn(self.temp_norm(t))
            t = t.unflatten(0, (-1, n)).transpose(1, 2)
        return t.flatten(0, 1)


class SpatialTransformer(nn.Module):
    """Per-frame GroupNorm (eps 1e-6), linear in, one block, linear out, skip."""

    def __init__(self, channels: int, context_dim: int, heads: int, groups: int, sparse: bool) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels, context_dim, heads, sparse)])
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, text: Tensor, image: Tensor) -> Tensor:
        """x (b, C, f, h, w) → same."""
        b, c, f, h, w = x.shape
        t = self.norm(x.transpose(1, 2).reshape(b * f, c, h, w)).flatten(2).transpose(1, 2)
        t = self.proj_in(t)
        for block in self.transformer_blocks:
            t = block(t, text, image, f)
        t = self.proj_out(t).transpose(1, 2).reshape(b, f, c, h, w).transpose(1, 2)
        return x + t
