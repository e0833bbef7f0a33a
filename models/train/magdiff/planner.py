"""The motion planner: a small diffusion model over the subject's path, conditioned on the sentence.

One transformer reads the caption's tokens and the path's eight waypoints together and predicts the clean path. A
path is, per waypoint and relative to the first frame: offset right and down in half frames, log of the size, angle
in radians (clockwise); each scaled by `SPREAD` to about unit deviation.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path as FilePath
from typing import Any

import torch
from torch import Tensor, nn

from .checkpoint import load_checkpoint
from .modules.clip import ClipEncoder, TowerConfig
from .modules.timestep import TimestepEmbedding, timestep_sinusoid
from .schedule import NoiseSchedule, ddim_sample
from .world.motions import Path

SPREAD = (0.35, 0.35, 0.25, 0.9)


@dataclass
class PlannerConfig:
    """Sizes of the planner."""

    vocab_size: int = 3232
    text_tokens: int = 32
    waypoints: int = 8
    hidden_size: int = 96
    intermediate_size: int = 384
    num_hidden_layers: int = 3
    num_attention_heads: int = 3

    @staticmethod
    def from_json(data: dict[str, Any]) -> PlannerConfig:
        """Reads the fields it knows of a `config.json`."""
        return PlannerConfig(**{k: v for k, v in data.items() if k in PlannerConfig.__dataclass_fields__})

    def to_json(self) -> dict[str, Any]:
        """The `config.json` of the exported folder."""
        return {"_class_name": "MotionPlanner", "spread": list(SPREAD), "layer_norm_eps": 1e-5, **asdict(self)}


class MotionPlanner(nn.Module):
    """ids (b, 32), noisy path (b, 8, 4), timestep (b,) or (1,), start (b, 3) → clean path (b, 8, 4).

    `start`: the subject's centre in −1..1 (right, down) and its longer side as a share of the frame.
    """

    def __init__(self, cfg: PlannerConfig) -> None:
        super().__init__()
        self.cfg = cfg
        width = cfg.hidden_size
        self.token_embedding = nn.Embedding(cfg.vocab_size, width)
        self.position_embedding = nn.Embedding(cfg.text_tokens + cfg.waypoints, width)
        nn.init.normal_(self.token_embedding.weight, std=0.3)
        nn.init.normal_(self.position_embedding.weight, std=0.1)
        self.path_in = nn.Linear(4, width)
        self.start_in = nn.Linear(3, width)
        self.time_embedding = TimestepEmbedding(width, width)
        tower = TowerConfig(width, cfg.num_hidden_layers, cfg.num_attention_heads, cfg.intermediate_size)
        self.encoder = ClipEncoder(tower, False)
        self.final_layer_norm = nn.LayerNorm(width)
        self.path_out = nn.Linear(width, 4)

    def forward(self, ids: Tensor, path: Tensor, timestep: Tensor, start: Tensor) -> Tensor:
        time = self.time_embedding(timestep_sinusoid(timestep, self.cfg.hidden_size))
        words = self.token_embedding(ids)
        points = self.path_in(path) + (self.start_in(start) + time).unsqueeze(1)
        x = torch.cat([words, points], dim=1) + self.position_embedding.weight
        x = self.final_layer_norm(self.encoder(x)[:, ids.shape[1] :])
        out: Tensor = self.path_out(x)
        return out


def to_points(path: Path) -> Tensor:
    """(b, f, 4) scaled waypoints of a path."""
    points = torch.stack([path.dx, path.dy, path.scale.log(), path.angle], dim=-1)
    return points / torch.tensor(SPREAD)


def from_points(points: Tensor) -> Path:
    """Inverse of `to_points`; the first waypoint is the start exactly."""
    real = points * torch.tensor(SPREAD)
    real = real - real[:, :1]
    return Path(real[..., 0], real[..., 1], real[..., 2].exp(), real[..., 3])


@torch.no_grad()
def plan(planner: MotionPlanner, ids: Tensor, start: Tensor, noise: Tensor, steps: int = 20) -> Path:
    """Samples paths: trailing DDIM over the schedule of the videos. `noise` (b, 8, 4)."""
    return from_points(ddim_sample(lambda x, t: planner(ids, x, t, start), noise, NoiseSchedule(), steps))


def load_planner(path: FilePath) -> MotionPlanner:
    """The averaged planner of a run."""
    state = load_checkpoint(path)
    planner = MotionPlanner(PlannerConfig(**state["config"]))
    planner.load_state_dict(state["ema"])
    return planner.eval().requires_grad_(False)


def subject_start(cover: Tensor) -> Tensor:
    """Centre and longer side of the box of what is covered by half, (b, h, w) → (b, 3)."""
    rows = []
    for a in cover >= 0.5:
        y, x = a.nonzero(as_tuple=True)
        h, w = a.shape
        if len(x) == 0:
            rows.append([0.0, 0.0, 1.0])
            continue
        left, right, top, bottom = int(x.min()), int(x.max()) + 1, int(y.min()), int(y.max()) + 1
        rows.append([(left + right) / w - 1, (top + bottom) / h - 1, max((right - left) / w, (bottom - top) / h)])
    return torch.tensor(rows)
