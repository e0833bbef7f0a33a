"""What a training step minimises: the error of the network's own output, with conditions dropped and weakened."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .model import Drop, MagDiff
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


def loss_of(
    model: MagDiff,
    batch: Encoded,
    g: torch.Generator,
    schedule: NoiseSchedule,
    empty: Tensor,
    region: float,
    apart: float,
    precision: str,
) -> Tensor:
    """Loss of a batch at timesteps drawn evenly, some conditions dropped or weakened.

    `region`: extra weight of the subject's or the hole's cells; `apart`: largest share of noise that the frames
    of a clip have of their own.
    """
    device = empty.device.type
    n = len(batch.z)
    z = batch.z.transpose(1, 2).to(device)
    noise = mixed_noise(g, z.shape, 1 - torch.rand(n, generator=g) * apart).to(device)
    t = torch.randint(0, schedule.steps, (n,), generator=g).to(device)
    a, s = schedule.pair(t)
    drop = draw_drops(g, n, device)
    with torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"):
        context, subject = model.encode(batch.conditions.to(device), empty, drop)
        clean = model.predict(a * z + s * noise, t, context, subject.float()).float()
    return output_error(model, clean - z, t, batch.region.to(device), region)
