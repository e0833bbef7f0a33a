"""Captions in many phrasings: subject named or "it", parts left out, order varied."""

from __future__ import annotations

import random
import re
from collections import Counter

from ..tokenizer import split_words
from .motions import MOTION_WORDS
from .places import PLACE_WORDS

MOTION_PHRASES: dict[str, list[str]] = {
    "still": ["stays still", "stands still", "does not move", "rests", "stays where it is"],
    "left": ["moves left", "moves to the left", "slides left", "goes left", "drifts to the left"],
    "right": ["moves right", "moves to the right", "slides right", "goes right",
              "drifts to the right"],
    "up": ["moves up", "rises", "floats up", "goes up", "flies up"],
    "down": ["moves down", "sinks", "floats down", "goes down", "falls", "falls down"],
    "jump": ["jumps", "jumps up and down", "hops", "leaps", "makes a jump"],
    "spin": ["spins", "rotates", "turns around", "spins around", "turns"],
    "grow": ["grows", "gets bigger", "becomes larger", "comes closer", "grows bigger"],
    "shrink": ["shrinks", "gets smaller", "becomes smaller", "moves away", "shrinks away"],
    "shake": ["shakes", "trembles", "shivers", "shakes from side to side", "vibrates"],
    "swing": ["swings", "swings back and forth", "sways", "swings like a pendulum"],
    "circle": ["moves in a circle", "circles", "flies in a circle", "goes around in a circle"],
}  # fmt: skip
PLACE_PHRASES: dict[str, list[str]] = {
    "beach": ["on the beach", "on a beach", "on a sandy beach", "at the beach"],
    "sea": ["on the sea", "over the sea", "at sea", "on the ocean", "above the waves"],
    "desert": ["in the desert", "in a desert", "among the dunes", "in the sandy desert"],
    "mountains": ["in the mountains", "in front of mountains", "among mountains",
                  "by the snowy mountains"],
    "forest": ["in the forest", "in a forest", "in the woods", "among the trees"],
    "meadow": ["in a meadow", "on a meadow", "on the grass", "in a green field", "in the meadow"],
    "snow": ["in the snow", "on the snow", "in a snowy field", "in a winter landscape"],
    "city": ["in the city", "in a city", "in front of skyscrapers", "among tall buildings"],
    "street": ["on the street", "on a road", "on the road", "in the street"],
    "room": ["in a room", "in the room", "indoors", "in a living room"],
    "stage": ["on stage", "on a stage", "in a theatre", "in front of a red curtain"],
    "space": ["in space", "in outer space", "among the stars", "in the universe"],
    "underwater": ["underwater", "under water", "under the sea", "at the bottom of the sea"],
    "sky": ["in the sky", "in the clouds", "among the clouds", "high in the sky"],
    "grid": ["on a neon grid", "on a grid", "in a neon world", "on a glowing grid"],
}  # fmt: skip
LIGHT_WORDS = ["day", "night", "sunset", "fog", "rain", "snowfall"]
LIGHT_PHRASES: dict[str, list[str]] = {
    "day": [],
    "night": ["at night", "in the night", "in the dark"],
    "sunset": ["at sunset", "in the evening light", "at dusk"],
    "fog": ["in the fog", "in fog", "in the mist"],
    "rain": ["in the rain", "while it rains", "on a rainy day"],
    "snowfall": ["while it snows", "in falling snow"],
}
CAMERA_WORDS = ["fixed", "pan left", "pan right", "zoom in"]
CAMERA_PHRASES: dict[str, list[str]] = {
    "fixed": [],
    "pan left": ["the camera pans left", "panning left"],
    "pan right": ["the camera pans right", "panning right"],
    "zoom in": ["the camera zooms in", "zooming in"],
}
SPEED_PHRASES = {-1: ["slowly", "a little"], 0: [], 1: ["quickly", "fast", "a lot"]}
FILLERS = ["a video of", "a picture of", "a clip of", "a photo of", "there is"]


def subject_word(name: str) -> str:
    """A name without skin tones and signs: "man: beard" → "man beard"."""
    name = re.sub(r"(medium[- ])?(light|dark|medium)([- ](light|dark))? skin tone", "", name.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name).split()) or "thing"


def _article(rng: random.Random, word: str) -> str:
    a = "an" if word[0] in "aeiou" else "a"
    return f"{rng.choice([a, a, 'the'])} {word}"


def caption(
    rng: random.Random,
    name: str | None,
    motion: str | None,
    speed: int,
    place: str | None,
    light: str = "day",
    camera: str = "fixed",
) -> str:
    """One sentence. `name` None says "it"; `motion` or `place` None leave that part out.

    `place` is a procedural place or a scene word, which is then said as "in a <word>".
    """
    who = "it" if name is None else _article(rng, subject_word(name))
    what = ""
    if motion is not None:
        what = rng.choice(MOTION_PHRASES[motion])
        if SPEED_PHRASES[speed] and motion != "still":
            what = f"{what} {rng.choice(SPEED_PHRASES[speed])}"
    where = ""
    if place is not None:
        where = rng.choice(PLACE_PHRASES.get(place, [f"in a {place}", f"by a {place}"]))
    more = [rng.choice(p) for p in (LIGHT_PHRASES[light],) if p]
    view = [rng.choice(p) for p in (CAMERA_PHRASES[camera],) if p]
    where = " ".join([w for w in (where, *more) if w])
    style = rng.random()
    if not what and rng.random() < 0.4:
        text = f"{rng.choice(FILLERS)} {who} {where}"
    elif where and style < 0.2:
        text = f"{where}, {who} {what}"
    elif where and style < 0.3:
        text = f"{who} {where}, it {what}" if what else f"{who}, {where}"
    else:
        text = f"{who} {what} {where}"
    return ", ".join([" ".join(text.split()), *view])


def known_words(names: list[str]) -> Counter[str]:
    """Word counts of 20,000 captions drawn from a fixed seed, every known name at least once."""
    rng = random.Random(7)
    counts: Counter[str] = Counter()
    pool = sorted(set(names))
    for _ in range(20000):
        counts.update(
            split_words(
                caption(
                    rng,
                    rng.choice(pool),
                    rng.choice(MOTION_WORDS),
                    rng.choice([-1, 0, 1]),
                    rng.choice(PLACE_WORDS),
                    rng.choice(LIGHT_WORDS),
                    rng.choice(CAMERA_WORDS),
                )
            )
        )
    for word in ["it", "thing", "shape"]:
        counts[word] += 1000
    for name in pool:
        counts.update(split_words(subject_word(name)))
    return counts
