"""What a training step minimises: the error of the network's own output, with conditions dropped and weakened."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .model import Conditions, Drop, MagDiff
from .modules.precondition import Precondition
from .pool import Encoded
from .schedule import NoiseSchedule, mixed_noise


def tables_of(model: MagDiff) -> Precondition:
    """The preconditioning of a model that has one."""
    assert model.unet.precondition is not None
    return model.unet.precondition


def draw_drops(g: torch.Generator, n: int, device: str) -> Drop:
    """Independently: no text 12 %, no image tokens 15 %, no HFA 20 %, weak HFA 15 %."""
    u = torch.rand(4, n, generator=g).to(device)
    left = torch.where(u[2] < 0.2, 0.0, torch.where(u[2] < 0.35, u[3], 1.0))
    return Drop(u[0] < 0.12, u[1] < 0.15, left)


def output_error(model: MagDiff, difference: Tensor, t: Tensor, region: Tensor, more: float) -> Tensor:
    """Mean squared error of the network's output, of the difference (n, C, f, h, w) of two x₀.

    Timesteps t (n,) or (1,). Divided by `Precondition.out` it is one of the output itself: alike at all noise.
    Channels count by their deviation, cells of the region (n, f, H, W) uint8, the subject's or the hole's,
    1 + `more` times.
    """
    tables = tables_of(model)
    error = difference / tables.at(tables.out, t)
    deviation = tables.out[-1]  # at the last timestep nothing of the picture is left
    weight = (deviation / deviation.mean()).view(1, -1, 1, 1, 1)
    cells = 1 + more * F.adaptive_avg_pool2d(region.float() / 255, difference.shape[-1]).unsqueeze(1)
    return (error**2 * cells * weight).mean() / cells.mean()


@dataclass(frozen=True)
class Guide:
    """A frozen model whose guidance by the text a trained one is to have built in, with its weight."""

    model: MagDiff
    weight: float

    @torch.no_grad()
    def push(self, x: Tensor, t: Tensor, conditions: Conditions, empty: Tensor, drop: Drop) -> Tensor:
        """What guidance adds to the x₀ (n, C, f, h, w) told of noisy x; nothing where the text is dropped."""
        context, subject = self.model.encode(conditions, empty, drop)
        blank = self.model.text_encoder(empty.expand(len(x), -1))
        both = torch.cat([context, torch.cat([blank, context[:, blank.shape[1] :]], dim=1)])
        twice = [torch.cat([v, v]) for v in (x, t, subject.float())]
        on, off = self.model.predict(twice[0], twice[1], both, twice[2]).float().chunk(2)
        return (self.weight - 1) * (on - off)


def loss_of(
    model: MagDiff,
    batch: Encoded,
    g: torch.Generator,
    schedule: NoiseSchedule,
    empty: Tensor,
    region: float,
    apart: float,
    precision: str,
    guide: Guide | None = None,
) -> Tensor:
    """Loss of a batch at timesteps drawn evenly, some conditions dropped or weakened.

    `region`: extra weight of the subject's or the hole's cells; `apart`: largest share of noise that the frames
    of a clip have of their own; `guide`: whose guidance is built in (Tang et al. 2025, with a frozen model).
    """
    device = empty.device.type
    n = len(batch.z)
    z = batch.z.transpose(1, 2).to(device)
    noise = mixed_noise(g, z.shape, 1 - torch.rand(n, generator=g) * apart).to(device)
    t = torch.randint(0, schedule.steps, (n,), generator=g).to(device)
    a, s = schedule.pair(t)
    drop = draw_drops(g, n, device)
    with torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"):
        x, conditions = a * z + s * noise, batch.conditions.to(device)
        context, subject = model.encode(conditions, empty, drop)
        clean = model.predict(x, t, context, subject.float()).float()
        if guide is not None:
            z = z + guide.push(x, t, conditions, empty, drop)
    return output_error(model, clean - z, t, batch.region.to(device), region)
