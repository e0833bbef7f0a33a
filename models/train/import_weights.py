"""Makes a run folder out of an exported model, so that training can go on from what ships.

    python import_weights.py --model ../bundled/magdiff-small --run RUN --name shipped [--widths 128 192 160]

Writes RUN/vae_frozen.pt, RUN/tokenizer/ and RUN/<name>.pt (weights only: a stage started with `--init <name>`
begins with fresh optimisers); with `--widths`, of a UNet of those widths that begins as the exported one
(`magdiff/widen.py`).
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path

from magdiff.checkpoint import save_checkpoint
from magdiff.folder import load_folder
from magdiff.model import MagDiff
from magdiff.widen import widen


def main() -> None:
    """Writes the run folder."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", default="shipped")
    p.add_argument("--widths", type=int, nargs="+")
    args = p.parse_args()
    about = json.loads((args.model / "magdiff.json").read_text())
    model, vae, _ = load_folder(args.model)
    if args.widths:
        heads = [w // 32 for w in args.widths]
        sizes = replace(model.cfg.unet, block_out_channels=args.widths, attention_head_dim=heads, coordinates=True)
        wider = MagDiff(replace(model.cfg, unet=sizes), model.black)
        rest = {k: v for k, v in model.state_dict().items() if not k.startswith("unet.")}
        wider.load_state_dict(rest, strict=False)
        widen(wider.unet, model.unet)
        model = wider
    args.run.mkdir(parents=True, exist_ok=True)
    frozen = {
        "ema": vae.state_dict(),
        "config": vae.cfg.to_json(),
        "latent_to_rgb": about["latentToRgb"],
        "step": 0,
    }
    save_checkpoint(args.run / "vae_frozen.pt", frozen)
    shutil.copytree(args.model / "tokenizer", args.run / "tokenizer", dirs_exist_ok=True)
    state = model.state_dict()
    save_checkpoint(
        args.run / f"{args.name}.pt",
        {"model": state, "ema": state, "config": model.cfg.to_json(), "step": 0, "seconds": 0.0},
    )
    print(f"{args.run / args.name}.pt: {sum(x.numel() for x in state.values()) / 1e6:.1f} M values")


if __name__ == "__main__":
    main()
