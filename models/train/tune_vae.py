"""Trains a frozen VAE further so that cut-outs and whole pictures agree inside the subject.

    python tune_vae.py --data DATA --vae RUN/vae_frozen.pt --out RUN/tuned --steps 600
Writes OUT/vae.pt for `prepare.py`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from magdiff.anchor import anchor_norms, consistency
from magdiff.checkpoint import load_checkpoint, save_checkpoint, seed_for
from magdiff.modules.vae import AutoencoderKL, VaeConfig
from magdiff.muon import Muon, split_parameters
from magdiff.world.clips import Recipe, World, compose
from train_vae import edge_loss, psnr


def main() -> None:
    """Runs the tuning."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--vae", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--steps", type=int, default=600)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--batch", type=int, default=3)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--weight", type=float, default=0.3)
    p.add_argument("--seed", type=int, default=4)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--per-place", type=int, default=24)
    p.add_argument("--device", default="cpu")
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    state = load_checkpoint(args.vae)
    cfg = VaeConfig.from_json(state["config"])
    world = World.load(args.data, "train", args.per_place)
    size = cfg.sample_size
    vae, ema = AutoencoderKL(cfg), AutoencoderKL(cfg)
    vae.load_state_dict(state["ema"])
    sample = compose(seed_for(args.seed, 9), world, 24, 1, 1, Recipe(), size)
    anchor_norms(vae, torch.cat([sample.video[:, 0], sample.cutouts[-1][:, 0]]) * 2 - 1)
    ema.load_state_dict(vae.state_dict())
    vae, ema = vae.to(args.device), ema.to(args.device)
    hidden, other = split_parameters(vae)
    opt = torch.optim.AdamW(other, lr=args.lr / 2, betas=(0.9, 0.99), weight_decay=0.0)
    muon = Muon(hidden, lr=args.lr)
    began = time.time()
    kept: list[tuple[torch.Tensor, torch.Tensor]] = []
    for step in range(args.steps):
        part = max(step / args.steps, (time.time() - began) / (args.minutes * 60))
        if part >= 1:
            break
        g = seed_for(args.seed, 1, step)
        if step % 8 == 0:
            clips = compose(g, world, 8 * args.batch, 1, 1, Recipe(rest=0.2), size)
            kept = list(zip(clips.video[:, 0].split(args.batch), clips.masks[:, 0].split(args.batch), strict=True))
        whole, mask = kept[step % 8]
        whole, mask = whole.to(args.device), mask.to(args.device)
        x = torch.cat([whole, whole * mask.unsqueeze(1)]) * 2 - 1
        for group, share in ((opt.param_groups[0], 0.5), (muon.param_groups[0], 1.0)):
            group["lr"] = args.lr * share * min(1.0, (step + 1) / 30) * max(0.02, 1 - part)
        with torch.autocast(args.device, torch.bfloat16):
            mean = vae.encode(x)[0].float()
            back = vae.decode(mean + 0.05 * torch.randn(mean.shape, generator=g).to(args.device)).float()
        a, b = mean.chunk(2)
        apart = consistency(a, b, mask)
        level = (mean.mean((0, 2, 3)) ** 2).mean() + (mean.std((0, 2, 3)) - 1).square().mean()
        loss = F.l1_loss(back, x) + 2 * F.mse_loss(back, x) + 0.5 * edge_loss(back, x)
        loss = loss + args.weight * apart + 0.02 * level
        vae.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        opt.step()
        muon.step()
        decay = min(0.99, step / (step + 10))
        with torch.no_grad():
            for e, q in zip(ema.parameters(), vae.parameters(), strict=True):
                e.lerp_(q, 1 - decay)
        if step % 25 == 24 or step == 0:
            value = float(psnr(back.detach(), x).mean())
            row = {"step": step + 1, "loss": loss.item(), "apart": apart.item(), "psnr": value}
            print(json.dumps(row), f"{(time.time() - began) / (step + 1):.2f} s/step", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    save_checkpoint(
        args.out / "vae.pt", {"ema": ema.cpu().state_dict(), "config": cfg.to_json(), "step": state["step"]}
    )


if __name__ == "__main__":
    main()
