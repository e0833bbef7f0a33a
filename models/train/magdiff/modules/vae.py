"""AutoencoderKL in the diffusers key form (mid attention with the older key names)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class VaeConfig:
    """Sizes of the VAE; ×8 with four entries in `block_out_channels`.

    `patch_head`: the decoder adds to its layers' picture a linear one, each cell's latents straight to its pixels.
    """

    in_channels: int = 3
    out_channels: int = 3
    block_out_channels: list[int] = field(default_factory=lambda: [16, 32, 64, 96])
    layers_per_block: int = 1
    latent_channels: int = 12
    norm_num_groups: int = 8
    sample_size: int = 128
    scaling_factor: float = 1.0
    patch_head: bool = False

    @staticmethod
    def from_json(data: dict[str, Any]) -> VaeConfig:
        """Reads the fields it knows of a `config.json`."""
        return VaeConfig(**{k: v for k, v in data.items() if k in VaeConfig.__dataclass_fields__})

    def to_json(self) -> dict[str, Any]:
        """The `config.json` of the exported folder."""
        n = len(self.block_out_channels)
        return {
            "_class_name": "AutoencoderKL",
            "act_fn": "silu",
            "down_block_types": ["DownEncoderBlock2D"] * n,
            "up_block_types": ["UpDecoderBlock2D"] * n,
            **asdict(self),
        }


class VaeResnet(nn.Module):
    """GroupNorm–SiLU–conv twice with a skip; (b, C_in, h, w) → (b, C_out, h, w)."""

    def __init__(self, cin: int, cout: int, groups: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, cin, eps=1e-6)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, cout, eps=1e-6)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(cin, cout, 1) if cin != cout else None

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class VaeAttention(nn.Module):
    """Single-head self-attention over all positions; (b, C, h, w) → same."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.proj_attn = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        t = self.group_norm(x).flatten(2).transpose(1, 2)
        out = F.scaled_dot_product_attention(self.query(t), self.key(t), self.value(t))
        return x + self.proj_attn(out).transpose(1, 2).reshape(b, c, h, w)


class VaeMid(nn.Module):
    """Resnet, attention, resnet at the lowest resolution."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.resnets = nn.ModuleList([VaeResnet(channels, channels, groups) for _ in range(2)])
        self.attentions = nn.ModuleList([VaeAttention(channels, groups)])

    def forward(self, x: Tensor) -> Tensor:
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class VaeDown(nn.Module):
    """Downsampling conv, padded right and bottom only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class VaeUp(nn.Module):
    """Nearest ×2, then conv."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class VaeStage(nn.Module):
    """One resolution: resnets and an optional resampler under the diffusers names."""

    def __init__(self, cin: int, cout: int, layers: int, groups: int, resample: str | None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList([VaeResnet(cin if i == 0 else cout, cout, groups) for i in range(layers)])
        self.downsamplers = nn.ModuleList([VaeDown(cout)]) if resample == "down" else None
        self.upsamplers = nn.ModuleList([VaeUp(cout)]) if resample == "up" else None

    def forward(self, x: Tensor) -> Tensor:
        for resnet in self.resnets:
            x = resnet(x)
        for sampler in self.downsamplers or self.upsamplers or []:
            x = sampler(x)
        return x


class Encoder(nn.Module):
    """Pixels (b, 3, H, W) → moments before `quant_conv` (b, 2C, H/8, W/8)."""

    def __init__(self, cfg: VaeConfig) -> None:
        super().__init__()
        ch, g = cfg.block_out_channels, cfg.norm_num_groups
        self.conv_in = nn.Conv2d(cfg.in_channels, ch[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(
            [
                VaeStage(
                    ch[max(i - 1, 0)],
                    ch[i],
                    cfg.layers_per_block,
                    g,
                    "down" if i < len(ch) - 1 else None,
                )
                for i in range(len(ch))
            ]
        )
        self.mid_block = VaeMid(ch[-1], g)
        self.conv_norm_out = nn.GroupNorm(g, ch[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(ch[-1], 2 * cfg.latent_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    """Latents after `post_quant_conv` (b, C, h, w) → pixels (b, 3, 8h, 8w)."""

    def __init__(self, cfg: VaeConfig) -> None:
        super().__init__()
        ch, g = list(reversed(cfg.block_out_channels)), cfg.norm_num_groups
        self.conv_in = nn.Conv2d(cfg.latent_channels, ch[0], 3, padding=1)
        self.mid_block = VaeMid(ch[0], g)
        self.up_blocks = nn.ModuleList(
            [
                VaeStage(
                    ch[max(i - 1, 0)],
                    ch[i],
                    cfg.layers_per_block + 1,
                    g,
                    "up" if i < len(ch) - 1 else None,
                )
                for i in range(len(ch))
            ]
        )
        self.conv_norm_out = nn.GroupNorm(g, ch[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(ch[-1], cfg.out_channels, 3, padding=1)
        self.side = 2 ** (len(ch) - 1)
        self.patch_out = (
            nn.Conv2d(cfg.latent_channels, cfg.out_channels * self.side**2, 1) if cfg.patch_head else None
        )

    def forward(self, latents: Tensor) -> Tensor:
        z = self.mid_block(self.conv_in(latents))
        for block in self.up_blocks:
            z = block(z)
        out: Tensor = self.conv_out(F.silu(self.conv_norm_out(z)))
        if self.patch_out is not None:
            out = out + F.pixel_shuffle(self.patch_out(latents), self.side)
        return out


def carry_init(module: nn.Module) -> None:
    """Starts as a near-linear carrier of the picture, which learns several times faster.

    Residual branches start at zero; the paths around them keep information (orthogonal
    channel changes, 2×2 space-to-channel where the resolution changes).
    """
    for m in module.modules():
        if isinstance(m, VaeResnet):
            nn.init.zeros_(m.conv2.weight)
            nn.init.zeros_(m.conv2.bias)  # type: ignore[arg-type]
            if m.conv_shortcut is not None:
                nn.init.orthogonal_(m.conv_shortcut.weight)
        elif isinstance(m, VaeAttention):
            nn.init.zeros_(m.proj_attn.weight)
            nn.init.zeros_(m.proj_attn.bias)
        elif isinstance(m, VaeDown):
            w = torch.zeros_like(m.conv.weight)
            block = torch.empty(w.shape[0], w.shape[1] * 4)
            nn.init.orthogonal_(block)
            w[:, :, :2, :2] = block.view(w.shape[0], w.shape[1], 2, 2)
            m.conv.weight.data.copy_(w)
        elif isinstance(m, VaeUp):
            nn.init.dirac_(m.conv.weight)
            m.conv.weight.data += torch.randn_like(m.conv.weight) * 0.02


class AutoencoderKL(nn.Module):
    """The VAE. Pixels are in −1..1; `encode` gives unscaled mean and log variance."""

    def __init__(self, cfg: VaeConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.encoder = Encoder(cfg)
        self.decoder = Decoder(cfg)
        self.quant_conv = nn.Conv2d(2 * cfg.latent_channels, 2 * cfg.latent_channels, 1)
        self.post_quant_conv = nn.Conv2d(cfg.latent_channels, cfg.latent_channels, 1)
        carry_init(self)
        # the posterior starts narrow, or its noise hides the picture from the decoder at first
        with torch.no_grad():
            self.quant_conv.weight[cfg.latent_channels :] *= 0.1
            self.quant_conv.bias[cfg.latent_channels :] = -6.0  # type: ignore[index]

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(b, 3, H, W) → mean, logvar, each (b, C, H/8, W/8)."""
        mean, logvar = self.quant_conv(self.encoder(x)).chunk(2, dim=1)
        return mean, logvar.clamp(-30.0, 20.0)

    def decode(self, z: Tensor) -> Tensor:
        """Unscaled latents (b, C, h, w) → pixels (b, 3, 8h, 8w)."""
        return self.decoder(self.post_quant_conv(z))
