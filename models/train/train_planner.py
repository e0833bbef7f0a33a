"""Trains the motion planner on captions and paths of the training world (no pictures).

    python train_planner.py --data DATA --run RUN --steps 1500
Writes RUN/planner.pt. The last line says how often a nearest-mean reader of true paths agrees with the sentence.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import torch
from torch import Tensor

from magdiff.checkpoint import save_checkpoint, seed_for
from magdiff.folder import load_planner
from magdiff.muon import Muon, split_parameters
from magdiff.planner import MotionPlanner, PlannerConfig, plan, to_points
from magdiff.pool import TEXT_LENGTH
from magdiff.schedule import NoiseSchedule
from magdiff.tokenizer import Tokenizer
from magdiff.world.captions import CAMERA_WORDS, LIGHT_WORDS, caption
from magdiff.world.clips import drawn_extent
from magdiff.world.motions import MOTION_WORDS, SPEED_FACTORS, motion_paths, start_position, starting_size
from magdiff.world.places import PLACE_WORDS
from magdiff.world.subjects import FAMILIAR, load_scenes, load_subjects
from magdiff.world.textures import rand


class Captions:
    """Draws captions of every motion and speed in all phrasings."""

    def __init__(self, data: Path, tokenizer: Tokenizer, split: str = "train") -> None:
        """Reads the names of `split` "train" or "held"."""
        self.names = [*load_subjects(data, split).names, *FAMILIAR]
        self.scenes = sorted(set(load_scenes(data, split).words))
        self.tokenizer = tokenizer

    def ids(self, rng: random.Random, motion: int, speed: int) -> list[int]:
        """Token ids of one caption."""
        some = rng.random() < 0.2
        text = caption(
            rng,
            None if rng.random() < 0.3 else rng.choice(self.names),
            MOTION_WORDS[motion],
            [0, -1, 1][speed] if motion else 0,
            None if rng.random() < 0.1 else rng.choice(PLACE_WORDS if rng.random() < 0.8 else self.scenes),
            rng.choice(LIGHT_WORDS) if some else "day",
            rng.choice(CAMERA_WORDS) if rng.random() < 0.15 else "fixed",
        )
        return self.tokenizer.encode(text)


def draw(g: torch.Generator, n: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Motions (n,), speeds (n,), waypoints (n, 8, 4) and starts (n, 3) as the world draws them."""
    motion = torch.randint(0, len(MOTION_WORDS), (n,), generator=g)
    speed = torch.where(rand(g, n) < 0.4, torch.randint(1, 3, (n,), generator=g), torch.zeros(n, dtype=torch.long))
    factor = torch.tensor(SPEED_FACTORS)[speed]
    extent = drawn_extent(g, n) * starting_size(motion)
    path = motion_paths(g, motion, factor, 8, extent)
    cx, cy = start_position(g, path, extent)
    # what is visible of a subject fills its square more or less
    seen = extent * rand(g, n, lo=0.75, hi=1.0)
    return motion, speed, to_points(path), torch.stack([cx, cy, seen], dim=1)


def main() -> None:
    """Runs the training."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--init", type=Path, help="an exported model whose planner to go on from")
    p.add_argument("--steps", type=int, default=1500)
    p.add_argument("--batch", type=int, default=256)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--captions", type=int, default=24, help="thousands of captions drawn")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=8)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.load(args.run / "tokenizer", TEXT_LENGTH)
    captions = Captions(args.data, tokenizer)
    rng = random.Random(args.seed)
    each = max(1, args.captions * 1000 // 36)
    bank = torch.tensor([[[captions.ids(rng, m, s) for _ in range(each)] for s in range(3)] for m in range(12)])
    planner = MotionPlanner(PlannerConfig(vocab_size=len(tokenizer.vocab), text_tokens=TEXT_LENGTH))
    if args.init:
        planner.load_state_dict(load_planner(args.init).state_dict())
    averaged = MotionPlanner(planner.cfg)
    averaged.load_state_dict(planner.state_dict())
    hidden, other = split_parameters(planner)
    opt = torch.optim.AdamW(other, lr=args.lr, betas=(0.9, 0.98), weight_decay=0.0)
    muon = Muon(hidden, lr=args.lr)
    schedule = NoiseSchedule()
    began, running = time.time(), 0.0
    for step in range(args.steps):
        g = seed_for(args.seed, 1, step)
        motion, speed, points, start = draw(g, args.batch)
        ids = bank[motion, speed, torch.randint(0, each, (args.batch,), generator=g)]
        t = torch.randint(0, schedule.steps, (args.batch,), generator=g)
        a, s = (v.view(-1, 1, 1) for v in schedule.pair(t))
        clean = planner(ids, a * points + s * torch.randn(points.shape, generator=g), t, start)
        loss = ((clean - points) ** 2 / s.clamp_min(0.2) ** 2).mean()
        for group in (*opt.param_groups, *muon.param_groups):
            group["lr"] = args.lr * min(1.0, (step + 1) / 30) * max(0.02, min(1.0, 1.6 * (1 - step / args.steps)))
        planner.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(planner.parameters(), 1.0)
        opt.step()
        muon.step()
        with torch.no_grad():
            pairs = (list(averaged.parameters()), list(planner.parameters()))
            torch._foreach_lerp_(*pairs, 1 - min(0.99, step / (step + 10)))
        running += (loss.item() - running) * max(0.02, 1 / (step + 1))
        if step % 50 == 49:
            print(f"step {step + 1} loss {running:.4f} {(time.time() - began) / (step + 1):.3f} s/step", flush=True)
    save_checkpoint(args.run / "planner.pt", {"ema": averaged.state_dict(), "config": vars(planner.cfg)})
    read(averaged, Captions(args.data, tokenizer, "held"))


def read(planner: MotionPlanner, captions: Captions, count: int = 600) -> None:
    """Nearest true path among 4,800 decides the motion: of other true paths, and of planned ones."""
    known, _, points, _ = draw(seed_for(50, 1), 4800)
    table = points.flatten(1)

    def nearest(x: Tensor) -> Tensor:
        return known[torch.cdist(x.flatten(1), table).topk(5, largest=False).indices].mode(1).values

    motion, speed, points, start = draw(seed_for(50, 2), count)
    rng = random.Random(3)
    ids = torch.tensor([captions.ids(rng, int(m), int(s)) for m, s in zip(motion, speed, strict=True)])
    noise = torch.randn(count, 8, 4, generator=seed_for(50, 3))
    ours = to_points(plan(planner, ids, start, noise))
    truth, got = (nearest(points) == motion).float().mean(), (nearest(ours) == motion).float().mean()
    each = [f"{w} {(nearest(ours) == motion)[motion == i].float().mean():.2f}" for i, w in enumerate(MOTION_WORDS)]
    print(f"read right: true paths {truth:.3f}, planned {got:.3f};", ", ".join(each), flush=True)


if __name__ == "__main__":
    main()
