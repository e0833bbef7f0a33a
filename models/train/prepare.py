"""Freezes the VAE (latents of unit variance per channel) and learns the tokenizer.

    python prepare.py --data DATA --run RUN --vae RUN/vae/vae.pt

Per-channel mean and deviation are folded into `quant_conv` and `post_quant_conv`, so that the scaling
factor is 1 and every latent channel meets the same noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from magdiff.checkpoint import load_checkpoint, save_checkpoint, seed_for
from magdiff.modules.vae import AutoencoderKL, VaeConfig
from magdiff.pool import TEXT_LENGTH
from magdiff.tokenizer import Tokenizer
from magdiff.world.clips import World, compose


def fold(vae: AutoencoderKL, mean: Tensor, std: Tensor) -> None:
    """Changes the VAE so that its latents become (z − mean) / std; decoding undoes it."""
    c = vae.cfg.latent_channels
    with torch.no_grad():
        q, p = vae.quant_conv, vae.post_quant_conv
        assert q.bias is not None and p.bias is not None
        p.bias += (p.weight[:, :, 0, 0] * mean).sum(1)
        p.weight *= std.view(1, c, 1, 1)
        q.bias[:c] -= mean
        q.bias[:c] /= std
        q.weight[:c] /= std.view(c, 1, 1, 1)
        q.bias[c:] -= 2 * std.log()


def latent_to_rgb(vae: AutoencoderKL, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Least squares from scaled latents to RGB in −1..1 at latent resolution: matrix (C, 3), bias (3,)."""
    with torch.no_grad():
        z = vae.encode(pictures)[0] * vae.cfg.scaling_factor
    small = torch.nn.functional.adaptive_avg_pool2d(pictures, z.shape[-1])
    rows = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
    rows = torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
    solution = torch.linalg.lstsq(rows, small.permute(0, 2, 3, 1).reshape(-1, 3)).solution
    return solution[:-1], solution[-1]


def main() -> None:
    """Writes RUN/vae_frozen.pt and RUN/tokenizer/."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--vae", type=Path)
    p.add_argument("--tokenizer-only", action="store_true", help="leave RUN/vae_frozen.pt as it is (a patch VAE)")
    p.add_argument("--per-place", type=int, default=24)
    args = p.parse_args()
    world = World.load(args.data, "train", args.per_place)
    tokenizer = Tokenizer.learn(world.words(), TEXT_LENGTH)
    tokenizer.save(args.run / "tokenizer")
    if args.tokenizer_only or args.vae is None:
        print(f"vocabulary {len(tokenizer.vocab)}, words {len(tokenizer.words)}")
        return
    state = load_checkpoint(args.vae)
    cfg = VaeConfig.from_json(state["config"])
    vae = AutoencoderKL(cfg)
    vae.load_state_dict(state["ema"])
    vae.eval()
    clips = compose(seed_for(5, 5), world, 96, 1, 1, size=cfg.sample_size)
    pictures = clips.video[:, 0] * 2 - 1
    with torch.no_grad():
        z = torch.cat([vae.encode(x)[0] for x in pictures.split(16)])
    fold(vae, z.mean((0, 2, 3)), z.std((0, 2, 3)))
    matrix, bias = latent_to_rgb(vae, pictures)
    save_checkpoint(
        args.run / "vae_frozen.pt",
        {
            "ema": vae.state_dict(),
            "config": cfg.to_json(),
            "latent_to_rgb": {"matrix": matrix.tolist(), "bias": bias.tolist()},
            "step": state["step"],
        },
    )
    print(f"vocabulary {len(tokenizer.vocab)}, words {len(tokenizer.words)}, VAE of step {state['step']}")


if __name__ == "__main__":
    main()
