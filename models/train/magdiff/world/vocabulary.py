"""`world.json`: what the model can be asked for, by meaning, so that a program says what it understood."""

from __future__ import annotations

from typing import Any

from .captions import LIGHT_PHRASES, MOTION_PHRASES, PLACE_PHRASES
from .places import GROUNDED
from .subjects import FAMILIAR_WORDS

NEAR_PLACES: dict[str, list[str]] = {
    "beach": ["coast", "shore", "seaside", "island", "sand", "bay", "palm"],
    "sea": ["lake", "river", "water", "wave", "harbour", "harbor", "boat", "pond"],
    "desert": ["dune", "sahara", "canyon", "savanna", "savannah", "mars"],
    "mountains": ["mountain", "hill", "hills", "volcano", "alps", "cliff", "valley", "peak", "rock", "rocks"],
    "forest": ["jungle", "wood", "tree", "trees", "rainforest"],
    "meadow": ["garden", "park", "farm", "lawn", "countryside", "field", "flowers", "grass", "pasture"],
    "snow": ["winter", "ice", "arctic", "antarctica", "glacier", "snowy", "frost"],
    "city": ["town", "downtown", "skyline", "skyscraper", "buildings", "building", "village", "tokyo", "paris",
             "london"],
    "street": ["road", "highway", "path", "track", "bridge", "alley"],
    "room": ["house", "kitchen", "bedroom", "office", "home", "school", "hall", "castle", "studio", "shop"],
    "stage": ["theatre", "theater", "concert", "circus", "show", "cinema", "opera"],
    "space": ["moon", "planet", "galaxy", "universe", "stars", "orbit", "cosmos"],
    "underwater": ["aquarium", "reef", "pool", "ocean floor", "seabed"],
    "sky": ["cloud", "clouds", "air", "heaven"],
    "grid": ["cyberpunk", "matrix", "retrowave", "disco", "club", "neon", "synthwave"],
}  # fmt: skip
NEAR_MOTIONS: dict[str, list[str]] = {
    "still": ["sit", "sits", "sitting", "sleep", "sleeps", "sleeping", "pose", "poses", "wait", "waits", "lies"],
    "left": ["left"],
    "right": ["right", "walk", "walks", "walking", "run", "runs", "running", "drive", "drives", "driving", "swim",
              "swims", "swimming", "ride", "rides", "crawls", "glides"],
    "up": ["fly", "flies", "flying", "rise", "rising", "climb", "climbs", "lift", "lifts", "ascends"],
    "down": ["fall", "falling", "dive", "dives", "drop", "drops", "sink", "sinking", "lands"],
    "jump": ["jump", "jumping", "bounce", "bounces", "bouncing", "hop", "hopping", "skips"],
    "spin": ["spin", "spinning", "roll", "rolls", "rolling", "turn", "turning", "twirls", "flips"],
    "grow": ["grow", "growing", "bigger", "approaches", "closer", "expands"],
    "shrink": ["shrink", "shrinking", "smaller", "leaves", "recedes"],
    "shake": ["shake", "shaking", "tremble", "laugh", "laughs", "laughing", "vibrating", "wiggles"],
    "swing": ["swing", "swinging", "dance", "dances", "dancing", "wave", "waves", "waving", "sway", "swaying"],
    "circle": ["circle", "circling", "orbits", "orbiting", "loops"],
}  # fmt: skip
NEAR_LIGHTS: dict[str, list[str]] = {
    "night": ["night", "dark", "midnight", "moonlight"],
    "sunset": ["sunset", "evening", "dusk", "dawn", "sunrise", "golden"],
    "fog": ["fog", "mist", "haze", "foggy"],
    "rain": ["rain", "rainy", "storm", "thunder"],
    "snowfall": ["snowing", "blizzard", "snowstorm"],
}
NEAR_SUBJECTS: dict[str, list[str]] = {
    "dog": ["puppy", "wolf", "fox", "hound", "poodle"],
    "cat": ["kitten", "tiger", "lion", "leopard"],
    "rabbit": ["bunny", "hare", "mouse", "hamster"],
    "duck": ["bird", "goose", "chicken", "swan", "chick"],
    "butterfly": ["moth", "insect", "bee", "dragonfly"],
    "rocket": ["spaceship", "spacecraft", "missile", "shuttle"],
    "apple": ["fruit", "cherry", "tomato"],
    "sunflower": ["flower", "daisy", "rose", "tulip"],
    "snowman": ["snow man"],
    "robot": ["android", "machine"],
}


def ground_words() -> list[str]:
    """Words and phrases for places where subjects throw a shadow on the ground."""
    words: list[str] = []
    for place in sorted(GROUNDED):
        others = [p for p in PLACE_PHRASES[place] if place not in p.split()]
        words += [place, *others, *NEAR_PLACES[place]]
    return words


def vocabulary() -> dict[str, Any]:
    """Parts of a sentence; each value with the phrases it was trained with and the words it is nearest to."""

    def part(name: str, phrases: dict[str, list[str]], near: dict[str, list[str]]) -> dict[str, Any]:
        values = [{"name": k, "phrases": v, "near": near.get(k, [])} for k, v in phrases.items() if v]
        return {"name": name, "values": values}

    subjects = {w: [f"{'an' if w[0] in 'aeiou' else 'a'} {w}"] for w in FAMILIAR_WORDS}
    return {
        "parts": [
            part("motion", MOTION_PHRASES, NEAR_MOTIONS),
            part("place", PLACE_PHRASES, NEAR_PLACES),
            part("light", LIGHT_PHRASES, NEAR_LIGHTS),
            part("subject", subjects, NEAR_SUBJECTS),
        ]
    }
