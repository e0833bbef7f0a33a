"""Teaches a trained UNet what stands still: `conv_hold` alone, on what all other layers give.

    python fit_hold.py --data DATA --run RUN --name clips [--clips 60]

Writes the averaged weights of RUN/<name>.pt with the new layer into RUN/<name>_held.pt.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from magdiff.checkpoint import load_checkpoint, save_checkpoint, seed_for
from magdiff.model import MagDiff, ModelConfig
from magdiff.pool import Encoded, Pool
from magdiff.schedule import NoiseSchedule, mixed_noise
from train_unet import pick_rows

STILL = 0.02  # mean difference of latents of unit size, below which nothing moves


def standing(z: Tensor) -> Tensor:
    """Where clean latents (n, C, f, h, w) are in a frame as they are in most: (n, 1, f, h, w), 0 or 1."""
    return ((z - z.median(2, keepdim=True).values).abs().mean(1, keepdim=True) < STILL).float()


@torch.no_grad()
def layer_inputs(model: MagDiff, e: Encoded, empty: Tensor, seed: int) -> Tensor:
    """What the last layers are given for a batch at timesteps drawn evenly: (n · f, channels, h, w)."""
    schedule, z = NoiseSchedule(), e.z.transpose(1, 2)
    n = len(z)
    g = seed_for(9, seed)
    noise = mixed_noise(g, z.shape, torch.ones(n))
    t = torch.randint(0, schedule.steps, (n,), generator=g)
    a, s = schedule.pair(t)
    seen: list[Tensor] = []
    hook = model.unet.conv_out.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    context, subject = model.encode(e.conditions, empty)
    model.predict(a * z + s * noise, t, context, subject)
    hook.remove()
    return seen[0].float()


def main() -> None:
    """Collects, fits and writes."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", required=True)
    p.add_argument("--clips", type=int, default=60, help="clips seen, each at one timestep")
    p.add_argument("--steps", type=int, default=400)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--per-place", type=int, default=4)
    p.add_argument("--size", type=int, default=128)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    pool = Pool(args.data, args.run, 31, size=args.size, per_place=args.per_place, rest=0.2)
    state = load_checkpoint(args.run / f"{args.name}.pt")
    model = MagDiff(ModelConfig.from_json(state["config"]), state["ema"]["black"])
    model.load_state_dict(state["ema"])
    model.eval().requires_grad_(False)
    empty = torch.tensor(pool.tokenizer.encode(""))
    inputs, wanted = [], []
    for k in range(0, args.clips, 6):
        e = pick_rows(pool.shard("clip", k // 30), torch.arange(k % 30, k % 30 + 6))
        inputs.append(layer_inputs(model, e, empty, k))
        wanted.append(standing(e.z.transpose(1, 2)).transpose(1, 2).flatten(0, 1))
    x, y = torch.cat(inputs), torch.cat(wanted)
    layer = model.unet.conv_hold
    assert isinstance(layer, nn.Conv2d)
    for q in layer.parameters():
        q.zero_().requires_grad_(True)
    opt = torch.optim.AdamW(layer.parameters(), lr=5e-3, weight_decay=1e-2)
    for step in range(args.steps):
        rows = torch.randint(0, len(x), (48,), generator=seed_for(10, step))
        for group in opt.param_groups:
            group["lr"] = 5e-3 * (1 - step / args.steps)
        loss = F.binary_cross_entropy_with_logits(layer(x[rows]), y[rows])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        held = layer(x) > 0
    right, wrong = held[y > 0.5].float().mean(), held[y < 0.5].float().mean()
    print(f"stands still: {y.mean():.3f} of cells; held {right:.3f} of them, and {wrong:.3f} of the others")
    ema = {k: v.detach() for k, v in model.state_dict().items()}
    kept = {"config": state["config"], "step": state["step"]}
    save_checkpoint(args.run / f"{args.name}_held.pt", {"model": ema, "ema": ema, **kept})


if __name__ == "__main__":
    main()
