"""Writes the readers that ship beside a model: networks that read place, motion and familiar subjects out of takes.

    python export_readers.py --run RUN --out ../bundled/magdiff-small/readers --golden ../../test/golden/readers

Each folder of `--out` holds config.json and float16 weights under the module's own keys; `--golden` holds what the
networks of those rounded weights answer.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from export import write_part
from magdiff.measuring.measures import load_reader
from magdiff.measuring.readers import MOTION_CHANNELS, SIDE, Reader, motion_input, shrink
from magdiff.world.motions import MOTION_WORDS
from magdiff.world.places import PLACE_WORDS
from magdiff.world.subjects import FAMILIAR_WORDS

# folder → name in training, values in the order of the classes, channels it reads, frames it reads at a time
READERS: dict[str, tuple[str, list[str], int, int]] = {
    "place": ("place", PLACE_WORDS, 3, 1),
    "motion": ("motion", MOTION_WORDS, MOTION_CHANNELS, 8),
    "subject": ("familiar", FAMILIAR_WORDS, 3, 1),
}
WEIGHTS = "model.safetensors"


def config(reader: Reader, values: list[str], channels: int, frames: int, accuracy: float) -> dict[str, object]:
    """What a program must know to build and read one; `accuracy` is on held-out renders."""
    widths = [layer.out_channels for layer in reader.body if isinstance(layer, torch.nn.Conv2d)]
    return {
        "side": SIDE,
        "channels": channels,
        "frames": frames,
        "widths": widths,
        "embedding": reader.embed.out_features,
        "values": values,
        "accuracy": round(accuracy, 4),
    }


def golden(reader: Reader, frames: int, seed: int) -> dict[str, Tensor]:
    """Pictures (one of twice its side, or a clip of its own) and what the reader of the written weights says."""
    g = torch.Generator().manual_seed(seed)
    side = SIDE if frames > 1 else 2 * SIDE
    coarse = torch.rand(frames, 3, 8, 8, generator=g)
    smooth = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bilinear")
    pictures = (0.8 * smooth + 0.2 * torch.rand(smooth.shape, generator=g)).half()
    clip = shrink(pictures.float().unsqueeze(0))
    pixels = motion_input(clip) if frames > 1 else clip[:, 0]
    with torch.no_grad():
        rounded = reader.half().float()
        return {
            "pictures": pictures,
            "embedding": rounded.features(pixels * 2 - 1),
            "logits": rounded(pixels),
        }


def main() -> None:
    """Exports the readers of one run."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--golden", type=Path)
    args = p.parse_args()
    for seed, (name, (trained, values, channels, frames)) in enumerate(READERS.items()):
        reader, accuracy = load_reader(args.run, trained)
        for layer in reader.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.num_batches_tracked = None
        size = write_part(args.out / name, config(reader, values, channels, frames, accuracy), reader, WEIGHTS)
        if args.golden:
            args.golden.mkdir(parents=True, exist_ok=True)
            save_file(golden(reader, frames, seed), args.golden / f"{name}.safetensors")
        print(f"{name}: {accuracy:.4f} on held-out renders, {size / 2**20:.2f} MiB")


if __name__ == "__main__":
    main()
