"""Makes a run folder out of an exported model, so that training can go on from what ships.

    python import_weights.py --model ../bundled/magdiff-small --run RUN --name shipped

Writes RUN/vae_frozen.pt, RUN/tokenizer/ and RUN/<name>.pt (weights only: a stage started with `--init <name>`
begins with fresh optimisers).
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from magdiff.checkpoint import save_checkpoint
from magdiff.folder import load_folder


def main() -> None:
    """Writes the run folder."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", default="shipped")
    args = p.parse_args()
    about = json.loads((args.model / "magdiff.json").read_text())
    model, vae, _ = load_folder(args.model)
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
