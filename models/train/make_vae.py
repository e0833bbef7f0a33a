"""Builds a VAE whose encoder is a patch PCA; `train_vae.py --decoder-of` then trains its decoder.

    python make_vae.py --data DATA --out RUN/vae_frozen.pt [--decoder-from OLD/vae_frozen.pt]

With `--decoder-from` the decoder starts as an older VAE's, its latents regressed on the new ones.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from magdiff.checkpoint import save_checkpoint, seed_for
from magdiff.modules.vae import AutoencoderKL, VaeConfig
from magdiff.patches import add_patch_head, latent_to_rgb, set_patch_encoder
from magdiff.pool import load_vae
from magdiff.world.clips import Recipe, World, compose
from train_vae import psnr


def start_decoder(vae: AutoencoderKL, old: AutoencoderKL, pictures: Tensor) -> float:
    """Copies the old decoder; returns the share of the old latents' variance the new ones explain."""
    with torch.no_grad():
        new = torch.cat([vae.encode(x)[0] for x in pictures.split(16)])
        before = torch.cat([old.encode(x)[0] for x in pictures.split(16)])
        rows = new.permute(0, 2, 3, 1).flatten(0, 2)
        wanted = before.permute(0, 2, 3, 1).flatten(0, 2)
        rows = torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
        solution = torch.linalg.lstsq(rows, wanted).solution
        left = (wanted - rows @ solution).square().mean() / (wanted - wanted.mean(0)).square().mean()
        fresh = vae.decoder.conv_in
        kept = fresh.weight.clone() * 0.3
        state = {k: v for k, v in old.decoder.state_dict().items() if not k.startswith("conv_in.")}
        vae.decoder.load_state_dict(state, strict=False)
        inner = old.post_quant_conv.weight[:, :, 0, 0] @ solution[:-1].T
        bias = old.post_quant_conv.weight[:, :, 0, 0] @ solution[-1] + old.post_quant_conv.bias
        fresh.weight.copy_(torch.einsum("olhw,lk->okhw", old.decoder.conv_in.weight, inner) + kept)
        fresh.bias.copy_(old.decoder.conv_in.bias + torch.einsum("olhw,l->o", old.decoder.conv_in.weight, bias))
    return 1 - float(left)


def main() -> None:
    """Writes the VAE."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--latent-channels", type=int, default=48)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--channels", type=int, nargs="+", default=[16, 32, 64, 96])
    p.add_argument("--decoder-from", type=Path)
    p.add_argument("--pictures", type=int, default=384)
    p.add_argument("--per-place", type=int, default=24)
    args = p.parse_args()
    torch.manual_seed(1)
    cfg = VaeConfig(
        block_out_channels=args.channels,
        latent_channels=args.latent_channels,
        sample_size=args.size,
        patch_head=True,
    )
    vae = AutoencoderKL(cfg).eval()
    world = World.load(args.data, "train", args.per_place)
    clips = compose(seed_for(6, 1), world, args.pictures, 1, 1, Recipe(), cfg.sample_size)
    pictures = clips.video[:, 0] * 2 - 1
    set_patch_encoder(vae, pictures, 0.35 + clips.alpha[:, 0])
    torch.nn.init.dirac_(vae.post_quant_conv.weight)
    torch.nn.init.zeros_(vae.post_quant_conv.bias)
    # what is stored is float16: the latents everything is trained on are those of the rounded encoder
    with torch.no_grad():
        for q in (*vae.encoder.parameters(), *vae.quant_conv.parameters()):
            q.copy_(q.half().float())
    if args.decoder_from:
        share = start_decoder(vae, load_vae(args.decoder_from), pictures[:128])
        print(f"old latents explained: {100 * share:.1f} %")
    add_patch_head(vae, pictures)
    with torch.no_grad():
        z = torch.cat([vae.encode(x)[0] for x in pictures[:64].split(16)])
        cut = torch.cat([vae.encode(x)[0] for x in (clips.cutouts[-1][:64, 0] * 2 - 1).split(16)])
        back = torch.cat([vae.decode(x) for x in z.split(16)])
    print("std per channel", [round(float(s), 2) for s in z.std((0, 2, 3))])
    covered = (
        torch.nn.functional.adaptive_avg_pool2d(torch.minimum(clips.alpha, clips.masks)[:64], z.shape[-1]) > 0.999
    )
    apart = (z - cut).square().mean(1, keepdim=True)[covered].mean()
    print(f"cut-out against picture, covered cells: {apart:.5f}; decoder {psnr(back, pictures[:64]).mean():.2f} dB")
    matrix, bias = latent_to_rgb(vae, pictures[:96])
    save_checkpoint(
        args.out,
        {
            "ema": vae.state_dict(),
            "config": cfg.to_json(),
            "latent_to_rgb": {"matrix": matrix.tolist(), "bias": bias.tolist()},
            "step": 0,
        },
    )


if __name__ == "__main__":
    main()
