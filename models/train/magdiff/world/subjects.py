"""Subjects with alpha: the packs of a data folder, and textured shapes made here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SIDE = 160
# subjects a sentence can ask for where there are none: the word, and the pack's names it stands for
FAMILIAR: dict[str, list[str]] = {
    "dog": ["dog"], "cat": ["cat"], "rabbit": ["rabbit"], "duck": ["duck"], "butterfly": ["butterfly"],
    "rocket": ["rocket"], "apple": ["red apple"], "sunflower": ["sunflower"],
    "snowman": ["snowman"], "robot": ["robot"],
}  # fmt: skip
FAMILIAR_WORDS = list(FAMILIAR)
SKIN_WORDS = (" skin tone", ": ")


def held_out(name: str) -> bool:
    """Whether a name (both looks together) or a panorama is never trained on: a tenth of all."""
    return hashlib.sha1(name.encode()).digest()[0] % 10 == 0


@dataclass
class SubjectPack:
    """RGBA subjects: `rgba` (n, 4, 160, 160) uint8, alpha not multiplied in; `names` one each."""

    rgba: Tensor
    names: list[str]
    _familiar: list[list[int]] = field(default_factory=list)

    def familiar(self) -> list[list[int]]:
        """Where the pictures of every familiar word lie."""
        if not self._familiar:
            at = [[i for i, n in enumerate(self.names) if n in names] for names in FAMILIAR.values()]
            if not all(at):
                raise ValueError(f"no picture of: {[w for w, a in zip(FAMILIAR, at, strict=True) if not a]}")
            self._familiar = at
        return self._familiar

    def __len__(self) -> int:
        return len(self.names)


def square_picture(image: Image.Image) -> np.ndarray:
    """Crops to the alpha's box and fits the longer side to 152 of 160 px."""
    image = image.convert("RGBA")
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is not None:
        image = image.crop(box)
    scale = 152.0 / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image = image.resize(size, Image.Resampling.BICUBIC)
    canvas = Image.new("RGBA", (SIDE, SIDE))
    canvas.paste(image, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return np.asarray(canvas)


def load_subjects(data: Path, split: str) -> SubjectPack:
    """Loads `subjects/` of the data folder; `split` is "train" or "held"."""
    rows = [json.loads(line) for line in (data / "subjects/labels.jsonl").open()]
    images, names = [], []
    for row in rows:
        if held_out(row["name"]) != (split == "held"):
            continue
        images.append(square_picture(Image.open(data / "subjects" / row["file"])))
        names.append(row["name"])
    stack = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return SubjectPack(stack, names)


@dataclass
class ScenePack:
    """Pictures of places: `rgb` (n, 3, 160, 160) uint8; `words` the scene word of each."""

    rgb: Tensor
    words: list[str]


def load_scenes(data: Path, split: str) -> ScenePack:
    """Loads `scenes/`, split by panorama; wide pictures give up to three squares."""
    rows = [json.loads(line) for line in (data / "scenes/labels.jsonl").open()]
    images, words = [], []
    for row in rows:
        stem = Path(row["file"]).stem
        group = stem.rsplit("_", 1)[0] if stem.startswith("hdri_") else stem
        if held_out(group) != (split == "held"):
            continue
        image = Image.open(data / "scenes" / row["file"]).convert("RGB")
        scale = SIDE / min(image.size)
        image = image.resize(
            (max(SIDE, round(image.width * scale)), max(SIDE, round(image.height * scale))),
            Image.Resampling.BICUBIC,
        )
        dx, dy = image.width - SIDE, image.height - SIDE
        shifts = (0.0, 0.5, 1.0) if max(dx, dy) > 40 else (0.5,)
        for s in shifts:
            x, y = round(dx * s), round(dy * s)
            images.append(np.asarray(image.crop((x, y, x + SIDE, y + SIDE))))
            words.append(row["scene"])
    stack = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return ScenePack(stack, words)
