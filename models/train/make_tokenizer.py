"""Learns the tokenizer from the words the training world can say.

python make_tokenizer.py --data DATA --run RUN
"""

from __future__ import annotations

import argparse
from pathlib import Path

from magdiff.pool import TEXT_LENGTH
from magdiff.tokenizer import Tokenizer
from magdiff.world.captions import known_words
from magdiff.world.subjects import load_subjects


def main() -> None:
    """Writes RUN/tokenizer/."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    args = p.parse_args()
    words = known_words(load_subjects(args.data, "train").names)
    tokenizer = Tokenizer.learn(words, TEXT_LENGTH)
    tokenizer.save(args.run / "tokenizer")
    print(f"vocabulary {len(tokenizer.vocab)}, words {len(tokenizer.words)}")


if __name__ == "__main__":
    main()
