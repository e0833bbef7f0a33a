"""Draws a sheet of every place from a checkpoint and measures what can say no.

    python look.py --data DATA --run RUN --name frames [--frames 8] [--steps 8 24] [--rows 4]

Held-out subjects and seeds. The sheet has a true row, then the drawn ones; figures go to stdout and
RUN/<name>.looks.jsonl.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from export import load_model
from magdiff.checkpoint import load_checkpoint, seed_for
from magdiff.measuring.measures import load_reader, subject_crops
from magdiff.measuring.prepared import EXACT
from magdiff.measuring.quality import flicker, gradient_energy, grain, psnr_within
from magdiff.measuring.readers import shrink
from magdiff.model import MagDiff
from magdiff.pool import Encoded, Pool, encode_clips
from magdiff.schedule import SAMPLER, NoiseSchedule, mixed_noise
from magdiff.world.clips import Clips, World, compose
from magdiff.world.places import PlaceBank
from magdiff.world.subjects import FAMILIAR_WORDS, SIDE
from train_vae import sheet


def places_batch(world: World, k: int, frames: int) -> Clips:
    """One clip of each place, held-out subjects of a third to a half of the frame."""
    order = torch.arange(15)
    recipe = replace(EXACT, motion=(order * 5 + k) % 12, place=order)
    return compose(seed_for(55, k), world, 15, frames, frames, recipe)


@torch.no_grad()
def copy_test(model: MagDiff, e: Encoded, pool: Pool, empty: Tensor) -> float:
    """PSNR in place cells of the clean latents sent through the UNet at its last timestep, decoded."""
    z = e.z.float().transpose(1, 2)
    context, subject = model.encode(e.conditions, empty)
    out = model.predict(z, torch.zeros(1, dtype=torch.long), context, subject).float()
    flat = [pool.vae.decode(v.transpose(1, 2).flatten(0, 1)) for v in (out, z)]
    cells = (F.max_pool2d(e.region.flatten(0, 1).float().unsqueeze(1), 8) == 0).float()
    weight = F.interpolate(cells, scale_factor=8)[:, 0]
    return float(psnr_within(flat[0] / 2, flat[1] / 2, weight))


@torch.no_grad()
def drawn(model: MagDiff, pool: Pool, e: Encoded, noise: Tensor, steps: int, guidance: float) -> Tensor:
    """Clips (n, f, 3, s, s) in −1..1 as the model makes them."""
    e.conditions.hfa = e.conditions.hfa.float()
    empty = torch.tensor(pool.tokenizer.encode(""))
    with torch.autocast("cpu", torch.bfloat16):
        z = model.sample(e.conditions, empty, noise, steps, guidance, NoiseSchedule(), sampler=SAMPLER).float()
    return pool.vae.decode(z.transpose(1, 2).flatten(0, 1)).clamp(-1, 1).unflatten(0, z.shape[:1] + z.shape[2:3])


def edits(args: argparse.Namespace, model: MagDiff, pool: Pool) -> dict[str, float]:
    """Named subjects drawn into boxes of held-out places: a sheet (given, true, drawn); how many are recognised."""
    world = replace(World.load(args.data, "train", 1), places=PlaceBank(909, 2, SIDE))
    reader, count = load_reader(args.run, "familiar")[0], len(FAMILIAR_WORDS)
    order, rows, right = torch.arange(count), [], 0
    for k in range(args.rows):
        recipe = replace(EXACT, rest=1.0, familiar=1.0, mask="boxy", word=order, place=(order * 7 + k * 4) % 15)
        clips = compose(seed_for(66, k), world, count, 1, 1, recipe)
        e = encode_clips(pool.vae, clips, pool.tokenizer, torch.ones(count, 1, dtype=torch.bool), quick=True)
        noise = torch.randn(e.z.transpose(1, 2).shape, generator=seed_for(4, k))
        made = drawn(model, pool, e, noise, args.steps[0], args.guidance)
        right += int((reader(subject_crops((made + 1) / 2, clips.alpha)).argmax(1) == order).sum())
        rows += [clips.cutouts[-1][:, 0] * 2 - 1, clips.video[:, 0] * 2 - 1, made[:, 0]]
    sheet(rows, args.run / f"{args.name}.edits.png")
    return {"recognised": right / (count * args.rows)}


def main() -> None:
    """Measures and draws."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", required=True)
    p.add_argument("--frames", type=int, default=1)
    p.add_argument("--steps", type=int, nargs="+", default=[8])
    p.add_argument("--guidance", type=float, default=1.5)
    p.add_argument("--rows", type=int, default=3)
    p.add_argument("--share", type=float, default=1.0, help="noise that frames share")
    p.add_argument("--edits", action="store_true", help="named subjects in holes, RUN/<name>.edits.png, instead")
    p.add_argument("--threads", type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    pool = Pool(args.data, args.run, 1)
    world = World.load(args.data, "held", 4)
    model = load_model(args.run / f"{args.name}.pt").eval()
    empty = torch.tensor(pool.tokenizer.encode(""))
    if args.edits:
        print(edits(args, model, pool))
        return
    reader = None
    if (args.run / "reader_place.pt").exists():
        reader = load_reader(args.run, "place")[0]
    rows: list[Tensor] = []
    figures: dict[str, float] = {"step": load_checkpoint(args.run / f"{args.name}.pt")["step"]}
    sums: dict[str, list[Tensor]] = {}
    for k in range(args.rows):
        clips = places_batch(world, k, args.frames)
        e = encode_clips(pool.vae, clips, pool.tokenizer, torch.ones(15, args.frames, dtype=torch.bool), quick=True)
        e.conditions.hfa = e.conditions.hfa.float()
        if k == 0:
            figures["copy_db"] = round(copy_test(model, e, pool, empty), 2)
        weight = (F.max_pool2d(clips.alpha, 9, 1, 4) < 0.01).float()
        truth = clips.video
        sums.setdefault("true", []).append(truth)
        sums.setdefault("weight", []).append(weight)
        if k == 0:
            rows.append(truth[:, 0] * 2 - 1)
        for steps in args.steps:
            noise = mixed_noise(seed_for(3, k), e.z.transpose(1, 2).shape, torch.full((15,), args.share))
            made = drawn(model, pool, e, noise, steps, args.guidance)
            rows += [made[:, f] for f in ([0] if args.frames == 1 else [0, args.frames // 2, args.frames - 1])]
            sums.setdefault(f"made{steps}", []).append((made + 1) / 2)
    weight, truth = torch.cat(sums["weight"]), torch.cat(sums["true"])
    for steps in args.steps:
        made = torch.cat(sums[f"made{steps}"])
        flat = [v.flatten(0, 1) for v in (made, truth, weight)]
        figures[f"sharp{steps}"] = round(
            float(gradient_energy(flat[0], flat[2]) / gradient_energy(flat[1], flat[2])), 3
        )
        figures[f"grain{steps}"] = round(float(grain(flat[0], flat[2]) / grain(flat[1], flat[2])), 3)
        subject = 1 - weight.flatten(0, 1)
        figures[f"subject_db{steps}"] = round(float(psnr_within(flat[0], flat[1], subject)), 2)
        if args.frames > 1:
            figures[f"flicker{steps}"] = round(float(flicker(made, weight)), 3)
            figures["flicker_true"] = round(float(flicker(truth, weight)), 3)
        if reader is not None:
            want = torch.arange(15).repeat(args.rows)
            for name, video in ((f"place{steps}", made), ("place_true", truth)):
                with torch.no_grad():
                    figures[name] = round(
                        float((reader(shrink(video)[:, args.frames // 2]).argmax(1) == want).float().mean()), 3
                    )
    sheet(rows, args.run / f"{args.name}.look.png")
    with (args.run / f"{args.name}.looks.jsonl").open("a") as f:
        f.write(json.dumps(figures) + "\n")
    print(figures)


if __name__ == "__main__":
    main()
