"""Measures how subjects sit in the places that the studio's program makes around them: their light, their shadow.

    python harmony.py --data DATA --run RUN --model ../bundled/magdiff-small --clips 60

Takes are made as by `through_studio.py`, by day, at night and at sunset, with the subject's own pixels and all of
the place's light. Light: how much brighter and how much warmer the subject came out than it was given, against how
bright and how warm the place is in a true render; correlations over the clips. Shadow: whether the ground below a
subject is darker than beside it, in clips whose true render has it so. Kept in RUN/evaluation.json as "harmony".
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from evaluate import BATCH, keep_row
from magdiff.measuring.prepared import compose_set
from magdiff.measuring.shipped import ShippedModel
from magdiff.world.captions import LIGHT_PHRASES, LIGHT_WORDS
from magdiff.world.clips import Clips, World
from magdiff.world.light import contact_shadow
from magdiff.world.places import GROUNDED, PLACE_WORDS
from through_studio import make_take, studio_parser

LUMA = torch.tensor([0.2126, 0.7152, 0.0722])
LIGHTS = [LIGHT_WORDS.index(word) for word in ("day", "night", "sunset")]
DARKER = 0.93  # below this share of the ground's brightness there is a shadow


def light_of(caption: str) -> int:
    """The light a sentence names, by its place in `LIGHT_WORDS`; 0, day, where it names none."""
    named = [i for i, word in enumerate(LIGHT_WORDS) if any(p in caption for p in LIGHT_PHRASES[word])]
    return named[0] if named else 0


def tone(pictures: Tensor, mask: Tensor) -> Tensor:
    """Mean brightness and warmth, red against blue, within masks (n, s, s), as logarithms: (n, 2)."""
    weight = mask.unsqueeze(1)
    mean = (pictures * weight).sum((2, 3)) / weight.sum((2, 3)).clamp_min(1e-3) + 0.02
    return torch.stack([(mean * LUMA).sum(1).log(), (mean[:, 0] / mean[:, 2]).log()], dim=1)


def shadows(pictures: Tensor, alpha: Tensor) -> Tensor:
    """Brightness where a shadow would lie against the ground on both sides of it: (n,), nan where hidden."""
    shape = contact_shadow(alpha)[:, 0]
    free = (F.max_pool2d(alpha[:, :1], 5, 1, 2)[:, 0] < 0.01).float()
    below = (shape > 0.6).float() * free
    around = F.max_pool2d((shape > 0.05).float().unsqueeze(1), (1, 25), 1, (0, 12))[:, 0]
    aside = around * (shape <= 0).float() * free
    luma = (pictures * LUMA.view(1, 3, 1, 1)).sum(1)

    def mean(where: Tensor) -> Tensor:
        found: Tensor = (luma * where).sum((1, 2)) / where.sum((1, 2))
        return torch.where(where.sum((1, 2)) >= 25, found, torch.nan)

    return mean(below) / mean(aside)


def some_of(clips: Clips, rows: list[int]) -> Clips:
    """What is measured of some clips of a batch."""
    pixels = {"video": clips.video[rows], "alpha": clips.alpha[rows], "source": clips.source[rows]}
    return replace(clips, **pixels, captions=[clips.captions[i] for i in rows], place=clips.place[rows])


@torch.no_grad()
def measured(made: Tensor, clips: Clips) -> dict[str, Tensor]:
    """Of first frames (n, 3, s, s) the subject's change of tone and the true place's (n, 2), and shadows (n,)."""
    source, mask = clips.source[:, 0], (clips.alpha[:, 0] > 0.9).float()
    grounded = torch.tensor([PLACE_WORDS[int(p)] in GROUNDED for p in clips.place])
    return {
        "changed": tone(made, mask) - tone(source, mask),
        "wanted": tone(clips.video[:, 0], (clips.alpha[:, 0] < 0.01).float()),
        "shadow": shadows(made, clips.alpha),
        "true_shadow": torch.where(grounded, shadows(clips.video[:, 0], clips.alpha), torch.nan),
    }


def summary(all_clips: dict[str, Tensor]) -> dict[str, float]:
    """Correlations of brightness and warmth, and of true shadows the share that is there."""
    made, wanted = all_clips["changed"], all_clips["wanted"]
    pairs = [torch.corrcoef(torch.stack([made[:, i], wanted[:, i]]))[0, 1] for i in (0, 1)]
    has = (all_clips["true_shadow"] < DARKER) & ~all_clips["shadow"].isnan()
    there = (all_clips["shadow"][has] < DARKER).float().mean()
    return {
        "brightness": float(pairs[0]),
        "warmth": float(pairs[1]),
        "shadows": float(there),
        "true_shadows": int(has.sum()),
        "clips": len(made),
    }


def main() -> None:
    """Makes the takes and measures them."""
    args = studio_parser(__doc__, 60).parse_args()
    torch.set_num_threads(1)
    shipped = ShippedModel(args.model, args.run / "graphs")
    world = World.load(args.data, "held", args.per_place)
    done: list[dict[str, Tensor]] = []
    for k in itertools.count():
        if sum(len(d["shadow"]) for d in done) >= args.clips:
            break
        clips = compose_set("lit", k, BATCH, world, shipped)
        chosen = [i for i in range(BATCH) if light_of(clips.captions[i]) in LIGHTS]
        made = []
        for i in chosen:
            folder = args.run / "evaluation" / "harmony" / f"{k}-{i}"
            picture, mask, more = clips.source[i, 0], clips.masks[i, 0], ["--place-light", "1"]
            made += [make_take(folder, picture, mask, args.model, clips.captions[i], k * BATCH + i, more)[0]]
        done += [measured(torch.stack(made), some_of(clips, chosen))]
        print(summary({key: torch.cat([d[key] for d in done]) for key in done[0]}), flush=True)
    keep_row(args.run, "harmony", summary({key: torch.cat([d[key] for d in done]) for key in done[0]}))


if __name__ == "__main__":
    main()
