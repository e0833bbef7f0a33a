"""Trains the VAE on composed stills.

    python train_vae.py --data DATA --out RUN --steps 6000 --minutes 30

Resumes from RUN/vae.pt when it is there; batch k depends on the seed and k alone.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from magdiff.checkpoint import load_checkpoint, save_checkpoint, seed_for
from magdiff.modules.vae import AutoencoderKL, VaeConfig
from magdiff.muon import Muon, split_parameters
from magdiff.world.stills import stills
from magdiff.world.subjects import load_scenes, load_subjects


def arguments() -> argparse.Namespace:
    """Command line of the VAE training."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--steps", type=int, default=6000)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--lr", type=float, default=1.5e-3)
    p.add_argument("--kl", type=float, default=1e-4)
    p.add_argument("--edge", type=float, default=0.5)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--save-every", type=int, default=400)
    p.add_argument("--channels", type=int, nargs="+", default=[16, 32, 64, 96])
    p.add_argument("--latent-channels", type=int, default=12)
    p.add_argument("--decoder-of", type=Path, help="train only the decoder of this frozen VAE further")
    p.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    p.add_argument(
        "--latent-noise", type=float, default=0.0, help="noise the decoder learns to bear, in latent units"
    )
    return p.parse_args()


def learning_rate(step: int, steps: int, peak: float, flat: float = 0.55) -> float:
    """Warm-up over 100 steps, flat to 55 % (not at all for a decoder), then linear to a fiftieth."""
    if step < 100 and flat > 0:
        return peak * (step + 1) / 100
    done = max(0.0, (step / steps - flat) / (1 - flat))
    return peak * max(0.02, 1 - done)


def edge_loss(a: Tensor, b: Tensor) -> Tensor:
    """L1 between horizontal and vertical differences."""
    d = a - b
    return d.diff(dim=-1).abs().mean() + d.diff(dim=-2).abs().mean()


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Per-picture PSNR in dB of pictures in −1..1; (n, …) → (n,)."""
    mse = ((a.clamp(-1, 1) - b) ** 2).flatten(1).mean(1)
    return 10 * torch.log10(4 / mse.clamp_min(1e-9))


def sheet(rows: list[Tensor], path: Path) -> None:
    """Writes rows of pictures in −1..1 (n, 3, h, w) as one PNG."""
    picture = torch.cat([torch.cat(list(r), dim=-1) for r in rows], dim=-2)
    array = ((picture.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def main() -> None:
    """Runs the training until the step or the minute budget is reached."""
    args = arguments()
    torch.set_num_threads(args.threads)
    began = time.time()
    torch.manual_seed(args.seed)
    frozen = load_checkpoint(args.decoder_of) if args.decoder_of else None
    cfg = VaeConfig(block_out_channels=args.channels, latent_channels=args.latent_channels, sample_size=args.size)
    if frozen:
        cfg = VaeConfig.from_json(frozen["config"])
    vae = AutoencoderKL(cfg).to(args.device)
    ema = AutoencoderKL(cfg).to(args.device)
    ema.load_state_dict(vae.state_dict())
    if frozen:
        vae.load_state_dict(frozen["ema"])
        ema.load_state_dict(frozen["ema"])
        vae.encoder.requires_grad_(False)
        vae.quant_conv.requires_grad_(False)
    hidden, other = split_parameters(vae)
    opt = torch.optim.AdamW(other, lr=args.lr, betas=(0.9, 0.99), weight_decay=0.0)
    muon = Muon(hidden, lr=args.lr)
    step, seconds = 0, 0.0
    path = args.out / "vae.pt"
    if path.exists():
        state = load_checkpoint(path)
        vae.load_state_dict(state["vae"])
        ema.load_state_dict(state["ema"])
        opt.load_state_dict(state["opt"])
        muon.load_state_dict(state["muon"])
        step, seconds = state["step"], state["seconds"]
    started = step
    subjects, scenes = load_subjects(args.data, "train"), load_scenes(args.data, "train")
    held = stills(
        seed_for(args.seed, 99),
        load_subjects(args.data, "held"),
        load_scenes(args.data, "held"),
        16,
        args.size,
    )
    args.out.mkdir(parents=True, exist_ok=True)
    log = (args.out / "vae.jsonl").open("a")

    def save() -> None:
        total = seconds + time.time() - began
        with torch.no_grad():
            back = ema.decode(ema.encode(held)[0])
        value = float(psnr(back, held).mean())
        print(f"step {step} held-out PSNR {value:.2f} dB, {total:.0f} s", flush=True)
        log.write(json.dumps({"step": step, "psnr": value, "seconds": total}) + "\n")
        log.flush()
        sheet([held[:8], back[:8], held[8:], back[8:]], args.out / "vae.png")
        save_checkpoint(
            path,
            {
                "vae": vae.state_dict(),
                "ema": ema.state_dict(),
                "opt": opt.state_dict(),
                "muon": muon.state_dict(),
                "step": step,
                "seconds": total,
                "config": cfg.to_json(),
                "latent_to_rgb": frozen["latent_to_rgb"] if frozen else {},
            },
        )

    while step < args.steps and time.time() - began < args.minutes * 60:
        g = seed_for(args.seed, 1, step)
        # sizes vary: most pictures at the model's size, some at the pyramid's larger ones
        size = args.size if step % 4 else args.size * (12 if step % 8 else 10) // 8
        n = args.batch if step % 4 else max(2, args.batch // 2)
        x = stills(g, subjects, scenes, n, size).to(args.device)
        for group in (*opt.param_groups, *muon.param_groups):
            group["lr"] = learning_rate(step, args.steps, args.lr, 0.0 if frozen else 0.55)
        with torch.autocast(args.device, torch.bfloat16, enabled=args.precision == "bf16"):
            with torch.set_grad_enabled(frozen is None):
                mean, logvar = vae.encode(x)
            mean, logvar = mean.float(), logvar.float()
            noise = torch.randn(mean.shape, generator=g).to(args.device)
            spread = (0.5 * logvar).exp() + args.latent_noise * torch.rand(n, 1, 1, 1, generator=g).to(args.device)
            back = vae.decode(mean + noise * spread).float()
        kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        l1, mse = F.l1_loss(back, x), F.mse_loss(back, x)
        loss = l1 + 2.0 * mse + args.edge * edge_loss(back, x) + args.kl * kl
        vae.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        opt.step()
        muon.step()
        step += 1
        decay = min(0.998, step / (step + 20))
        with torch.no_grad():
            for e, p in zip(ema.parameters(), vae.parameters(), strict=True):
                e.lerp_(p, 1 - decay)
        if step % 50 == 0:
            row = {"step": step, "loss": loss.item(), "l1": l1.item(), "kl": kl.item()}
            log.write(json.dumps(row) + "\n")
            log.flush()
            rate = (time.time() - began) / (step - started)
            print(row, f"{rate:.3f} s/step", flush=True)
        if step % args.save_every == 0:
            save()
    save()


if __name__ == "__main__":
    main()
