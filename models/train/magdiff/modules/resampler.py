"""Perceiver resampler (`enclip_projector` in the release): patch tokens → a few image tokens."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import attend


@dataclass
class ResamplerConfig:
    """Sizes of the resampler."""

    dim: int = 128
    depth: int = 1
    dim_head: int = 32
    heads: int = 4
    num_queries: int = 4
    embedding_dim: int = 128
    output_dim: int = 128
    ff_mult: int = 4

    def to_json(self) -> dict[str, Any]:
        """The `config.json` of the exported folder."""
        return asdict(self)


class PerceiverAttention(nn.Module):
    """Latents attend to the tokens and themselves."""

    def __init__(self, cfg: ResamplerConfig) -> None:
        super().__init__()
        inner = cfg.dim_head * cfg.heads
        self.heads = cfg.heads
        self.norm1 = nn.LayerNorm(cfg.dim)
        self.norm2 = nn.LayerNorm(cfg.dim)
        self.to_q = nn.Linear(cfg.dim, inner, bias=False)
        self.to_kv = nn.Linear(cfg.dim, inner * 2, bias=False)
        self.to_out = nn.Linear(inner, cfg.dim, bias=False)

    def forward(self, tokens: Tensor, latents: Tensor) -> Tensor:
        """tokens (b, n, D), latents (b, q, D) → (b, q, D)."""
        latents = self.norm2(latents)
        both = torch.cat([self.norm1(tokens), latents], dim=1)
        k, v = self.to_kv(both).chunk(2, dim=-1)
        out: Tensor = self.to_out(attend(self.to_q(latents), k, v, self.heads))
        return out


class Resampler(nn.Module):
    """(b, n, embedding_dim) → (b, num_queries, output_dim)."""

    def __init__(self, cfg: ResamplerConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.latents = nn.Parameter(torch.randn(1, cfg.num_queries, cfg.dim) / cfg.dim**0.5)
        self.proj_in = nn.Linear(cfg.embedding_dim, cfg.dim)
        self.proj_out = nn.Linear(cfg.dim, cfg.output_dim)
        self.norm_out = nn.LayerNorm(cfg.output_dim)
        inner = cfg.dim * cfg.ff_mult
        self.layers = nn.ModuleList(
            [
                nn.ModuleList(
                    [
                        PerceiverAttention(cfg),
                        nn.Sequential(
                            nn.LayerNorm(cfg.dim),
                            nn.Linear(cfg.dim, inner, bias=False),
                            nn.GELU(),
                            nn.Linear(inner, cfg.dim, bias=False),
                        ),
                    ]
                )
                for _ in range(cfg.depth)
            ]
        )

    def forward(self, tokens: Tensor) -> Tensor:
        latents = self.latents.expand(len(tokens), -1, -1)
        x = self.proj_in(tokens)
        for layer in self.layers:
            attention, feed = layer[0], layer[1]  # type: ignore[index]
            latents = attention(x, latents) + latents
            latents = feed(latents) + latents
        out: Tensor = self.norm_out(self.proj_out(latents))
        return out


class HfaPyramid(nn.Module):
    """z_s = z_base + conv_out(silu(conv_in(cat of levels, largest first)))."""

    def __init__(self, latent_channels: int, levels: int = 3, hidden_channels: int = 64) -> None:
        super().__init__()
        self.config = {
            "latent_channels": latent_channels,
            "levels": levels,
            "hidden_channels": hidden_channels,
        }
        self.conv_in = nn.Conv2d(latent_channels * levels, hidden_channels, 3, padding=1)
        self.conv_out = nn.Conv2d(hidden_channels, latent_channels, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        assert self.conv_out.bias is not None
        nn.init.zeros_(self.conv_out.bias)

    def forward(self, levels: Tensor) -> Tensor:
        """(n, levels, C, h, w), already reduced to the base size → (n, C, h, w)."""
        return levels[:, -1] + self.conv_out(F.silu(self.conv_in(levels.flatten(1, 2))))
