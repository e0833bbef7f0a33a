"""UNet3DConditionModel of the released form: same structure, same checkpoint keys."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import ApaAttention, SpatialTransformer
from .coordinates import Coordinates
from .precondition import Precondition, hold
from .subject_mix import SubjectMix, share, touched
from .timestep import TimestepEmbedding, timestep_sinusoid


@dataclass
class UnetConfig:
    """Sizes of the UNet; `attention_head_dim` is the number of heads per level.

    `subject_patch`: pixels along the side of a cell, where the subject is laid over what is drawn (`SubjectMix`):
    HFA then reaches the output itself, not the input alone, and the subject's mask comes in behind its latents, the
    pixels of a cell as channels. 0: as in the release. `precondition`: the output is a correction of what the noisy
    latents say (`Precondition`), and gates reach 0 and 1 exactly. `coordinates`: cells are told where they lie
    (`Coordinates`). `detail`: how far what is drawn is brought out where it is a guess (`Precondition.bring_out`).
    """

    sample_size: int = 16
    in_channels: int = 24
    out_channels: int = 12
    block_out_channels: list[int] = field(default_factory=lambda: [64, 96, 160])
    layers_per_block: int = 1
    cross_attention_dim: int = 128
    attention_head_dim: list[int] = field(default_factory=lambda: [2, 3, 5])
    norm_num_groups: int = 32
    norm_eps: float = 1e-5
    text_context_len: int = 32
    prepend_first_frame: bool = False
    subject_patch: int = 0
    precondition: bool = False
    coordinates: bool = False
    detail: float = 0.0

    @staticmethod
    def from_json(data: dict[str, Any]) -> UnetConfig:
        """Reads the fields it knows of a `config.json`."""
        known = {k: v for k, v in data.items() if k in UnetConfig.__dataclass_fields__}
        return UnetConfig(**known)

    def to_json(self) -> dict[str, Any]:
        """The `config.json` of the exported folder."""
        n = len(self.block_out_channels)
        return {
            "_class_name": "UNet3DConditionModel",
            "act_fn": "silu",
            "flip_sin_to_cos": True,
            "freq_shift": 0,
            "use_linear_projection": True,
            "add_temp_embed": True,
            "add_temp_conv": True,
            "add_temp_transformer": False,
            "add_temp_ff": False,
            "down_block_types": ["CrossAttnDownBlock3D"] * (n - 1) + ["DownBlock3D"],
            "up_block_types": ["UpBlock3D"] + ["CrossAttnUpBlock3D"] * (n - 1),
            **asdict(self),
        }


def spatial(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """Applies a 2D conv to every frame of (b, C, f, h, w)."""
    b, _, f = x.shape[:3]
    y = conv(x.transpose(1, 2).flatten(0, 1))
    return y.unflatten(0, (b, f)).transpose(1, 2)


class Resnet(nn.Module):
    """Norms over all frames together, convs per frame, timestep added between."""

    def __init__(self, cin: int, cout: int, temb: int, cfg: UnetConfig) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(cfg.norm_num_groups, cin, eps=cfg.norm_eps)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.time_emb_proj = nn.Linear(temb, cout)
        self.norm2 = nn.GroupNorm(cfg.norm_num_groups, cout, eps=cfg.norm_eps)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(cin, cout, 1) if cin != cout else None

    def forward(self, x: Tensor, temb: Tensor) -> Tensor:
        """x (b, C, f, h, w), temb (b, T) after SiLU."""
        h = spatial(self.conv1, F.silu(self.norm1(x)))
        h = h + self.time_emb_proj(temb)[:, :, None, None, None]
        h = spatial(self.conv2, F.silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else spatial(self.conv_shortcut, x))


class TemporalConv(nn.Module):
    """4 × [GroupNorm, SiLU, Conv3d (3, 1, 1)] plus identity; skipped for one frame."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for i in range(4):
            layers += [nn.GroupNorm(32, channels), nn.SiLU()]
            layers += [nn.Identity()]
            conv = nn.Conv3d(channels, channels, (3, 1, 1), padding=(1, 0, 0))
            if i == 3:
                nn.init.zeros_(conv.weight)
                assert conv.bias is not None
                nn.init.zeros_(conv.bias)
            layers.append(conv)
        self.convs = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(b, C, f, h, w) → same."""
        if x.shape[2] == 1:
            return x
        out: Tensor = x + self.convs(x)
        return out


class Sampler(nn.Module):
    """`downsamplers.0` or `upsamplers.0`: ×2 in space only."""

    def __init__(self, channels: int, up: bool) -> None:
        super().__init__()
        self.up = up
        self.conv = nn.Conv2d(channels, channels, 3, stride=1 if up else 2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if self.up:
            x = F.interpolate(x, scale_factor=(1.0, 2.0, 2.0), mode="nearest")
        return spatial(self.conv, x)


class Stage(nn.Module):
    """A down, mid or up block: resnets, temporal convs, attentions, an optional resampler."""

    def __init__(
        self,
        widths: list[tuple[int, int]],
        temb: int,
        cfg: UnetConfig,
        heads: int | None,
        resample: str | None,
        attentions: int | None = None,
    ) -> None:
        super().__init__()
        cout = widths[0][1]
        self.resnets = nn.ModuleList([Resnet(i, o, temb, cfg) for i, o in widths])
        self.temp_convs = nn.ModuleList([TemporalConv(cout) for _ in widths])
        if heads is not None:
            count = len(widths) if attentions is None else attentions
            self.attentions = nn.ModuleList(
                [
                    SpatialTransformer(
                        cout,
                        cfg.cross_attention_dim,
                        heads,
                        cfg.norm_num_groups,
                        cfg.prepend_first_frame,
                    )
                    for _ in range(count)
                ]
            )
        if resample == "down":
            self.downsamplers = nn.ModuleList([Sampler(cout, False)])
        if resample == "up":
            self.upsamplers = nn.ModuleList([Sampler(cout, True)])

    def layer(self, i: int, x: Tensor, temb: Tensor, text: Tensor, image: Tensor) -> Tensor:
        """Resnet, temporal conv and attention number `i`."""
        x = self.temp_convs[i](self.resnets[i](x, temb))
        if hasattr(self, "attentions"):
            x = self.attentions[i](x, text, image)
        return x


class UNet3DConditionModel(nn.Module):
    """Noise and subject latents in, x₀ (or v, or ε) out; see `forward`."""

    def __init__(self, cfg: UnetConfig) -> None:
        super().__init__()
        self.cfg = cfg
        ch, heads = cfg.block_out_channels, cfg.attention_head_dim
        temb, last = ch[0] * 4, len(ch) - 1
        self.conv_in = nn.Conv2d(cfg.in_channels, ch[0], 3, padding=1)
        self.coordinates = Coordinates(ch[0]) if cfg.coordinates else None
        self.time_embedding = TimestepEmbedding(ch[0], temb)
        self.down_blocks = nn.ModuleList()
        skips = [ch[0]]
        for i, width in enumerate(ch):
            before = ch[max(i - 1, 0)]
            widths = [(before if j == 0 else width, width) for j in range(cfg.layers_per_block)]
            down = "down" if i < last else None
            self.down_blocks.append(Stage(widths, temb, cfg, heads[i] if i < last else None, down))
            skips += [width] * (cfg.layers_per_block + (1 if i < last else 0))
        self.mid_block = Stage([(ch[-1], ch[-1])] * 2, temb, cfg, heads[-1], None, 1)
        self.up_blocks = nn.ModuleList()
        current = ch[-1]
        for i, width in enumerate(reversed(ch)):
            widths = []
            for _ in range(cfg.layers_per_block + 1):
                widths.append((current + skips.pop(), width))
                current = width
            level = last - i
            self.up_blocks.append(
                Stage(widths, temb, cfg, heads[level] if i > 0 else None, "up" if i < last else None)
            )
        self.conv_norm_out = nn.GroupNorm(cfg.norm_num_groups, ch[0], eps=cfg.norm_eps)
        self.conv_out = nn.Conv2d(ch[0], cfg.out_channels, 3, padding=1)
        self.conv_gate, self.subject_mix = None, None
        if cfg.subject_patch > 0:
            self.conv_gate = nn.Conv2d(ch[0], 2, 3, padding=1)
            nn.init.zeros_(self.conv_gate.weight)
            nn.init.constant_(self.conv_gate.bias, 3.0)  # type: ignore[arg-type]
            self.subject_mix = SubjectMix(cfg.out_channels, cfg.subject_patch, cfg.precondition)
        self.precondition, self.conv_less, self.conv_hold = None, None, None
        if cfg.precondition:
            self.precondition = Precondition(cfg.out_channels)
            self.conv_less = nn.Conv2d(ch[0], cfg.out_channels, 3, padding=1)
            nn.init.zeros_(self.conv_less.weight)
            nn.init.zeros_(self.conv_less.bias)  # type: ignore[arg-type]
            self.conv_hold = nn.Conv2d(ch[0], 1, 3, padding=1)
            nn.init.zeros_(self.conv_hold.weight)
            nn.init.zeros_(self.conv_hold.bias)  # type: ignore[arg-type]

    def forward(self, sample: Tensor, timestep: Tensor, context: Tensor) -> Tensor:
        """sample (b, in, f, h, w), timestep (b,) or (1,), context (b, 77 + n, C) → (b, out, f, h, w).

        The first `text_context_len` tokens of `context` are text, the rest image. With `subject_patch`, sample has
        side² channels more, the mask in 0..1.
        """
        sample, mask = sample[:, : self.cfg.in_channels], sample[:, self.cfg.in_channels :]
        n = self.cfg.text_context_len
        text, image = context[:, :n], context[:, n:]
        sinusoid = timestep_sinusoid(timestep, self.cfg.block_out_channels[0])
        temb = F.silu(self.time_embedding(sinusoid.expand(len(sample), -1)))
        x = spatial(self.conv_in, sample)
        if self.coordinates is not None:
            x = self.coordinates(x)
        skips = [x]
        for block in self.down_blocks:
            for i in range(len(block.resnets)):
                x = block.layer(i, x, temb, text, image)
                skips.append(x)
            if hasattr(block, "downsamplers"):
                x = block.downsamplers[0](x)
                skips.append(x)
        mid = self.mid_block
        x = mid.layer(0, x, temb, text, image)
        x = mid.temp_convs[1](mid.resnets[1](x, temb))
        for block in self.up_blocks:
            for i in range(len(block.resnets)):
                x = block.layer(i, torch.cat([x, skips.pop()], dim=1), temb, text, image)
            if hasattr(block, "upsamplers"):
                x = block.upsamplers[0](x)
        x = F.silu(self.conv_norm_out(x))
        out: Tensor = spatial(self.conv_out, x)
        less = None if self.conv_less is None else spatial(self.conv_less, x)
        held = None if self.conv_hold is None else spatial(self.conv_hold, x)
        gates = None if self.conv_gate is None else spatial(self.conv_gate, x)
        with torch.autocast(sample.device.type, enabled=False):
            return self._finish(sample.float(), mask.float(), timestep, out.float(), less, held, gates)

    def _finish(
        self,
        sample: Tensor,
        mask: Tensor,
        timestep: Tensor,
        out: Tensor,
        less: Tensor | None,
        held: Tensor | None,
        gates: Tensor | None,
    ) -> Tensor:
        """The prediction out of what the layers gave, in full precision."""
        if self.precondition is not None and less is not None:
            out = self.precondition(sample[:, : self.cfg.out_channels], out, less.float(), timestep)
        if held is not None and not self.training:  # `fit_hold.py` teaches it
            out = hold(out, share(held.float(), True) * (1 - touched(mask)))
        if self.precondition is not None and self.cfg.detail > 0 and not self.training:
            out = self.precondition.bring_out(out, timestep, self.cfg.detail)
        if gates is not None and self.subject_mix is not None:
            subject = sample[:, self.cfg.in_channels - self.cfg.out_channels :]
            flat = [v.transpose(1, 2).flatten(0, 1) for v in (subject, mask.clamp(0, 1), out, gates.float())]
            out = self.subject_mix(*flat).unflatten(0, (len(sample), -1)).transpose(1, 2)
        return out

    def set_alpha(self, text: float = 1.0, image: float = 1.0, fixed: float | None = None) -> None:
        """Multiplies the learned α of every layer, or replaces both by `fixed`."""
        for module in self.modules():
            if isinstance(module, ApaAttention):
                module.text_weight, module.image_weight = text, image
                module.fixed_scale = fixed
