"""Byte-pair tokenizer of the CLIP form whose merges make every training word one token."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

START, END = "<|startoftext|>", "<|endoftext|>"
_PATTERN = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+")


def byte_alphabet() -> dict[int, str]:
    """Byte → printable character, as CLIP's tokenizer has it."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in keep}
    extra = 256
    for b in range(256):
        if b not in table:
            table[b] = chr(extra)
            extra += 1
    return table


_BYTES = byte_alphabet()


def split_words(text: str) -> list[str]:
    """Lower-case words, single digits and runs of signs, whitespace collapsed."""
    return _PATTERN.findall(" ".join(text.lower().split()))


def _symbols(word: str) -> tuple[str, ...]:
    letters = [_BYTES[b] for b in word.encode()]
    return (*letters[:-1], letters[-1] + "</w>")


def learn_merges(words: Counter[str]) -> list[tuple[str, str]]:
    """Byte-pair merges, most frequent first, until every word is one symbol."""
    parts = {w: list(_symbols(w)) for w in words}
    merges: list[tuple[str, str]] = []
    while True:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, symbols in parts.items():
            for pair in zip(symbols, symbols[1:], strict=False):
                pairs[pair] += words[word]
        if not pairs:
            return merges
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        for word, symbols in list(parts.items()):
            merged = _merge(symbols, best)
            parts[word] = merged
            if len(merged) == 1:
                del parts[word]


def _merge(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


class Tokenizer:
    """Encodes captions to `length` ids: start, words, end, padded with end."""

    def __init__(self, words: dict[str, int], merges: list[tuple[str, str]], length: int) -> None:
        self.words, self.merges, self.length = words, merges, length
        alphabet = list(_BYTES.values())
        tokens = alphabet + [a + "</w>" for a in alphabet] + ["".join(m) for m in merges]
        self.vocab = {t: i for i, t in enumerate(dict.fromkeys([*tokens, START, END]))}
        self._rank = {m: i for i, m in enumerate(merges)}
        self._cache: dict[str, list[int]] = {}

    @staticmethod
    def learn(words: Counter[str], length: int) -> Tokenizer:
        """Builds a tokenizer from word counts."""
        return Tokenizer(dict(sorted(words.items())), learn_merges(words), length)

    @staticmethod
    def load(folder: Path, length: int) -> Tokenizer:
        """Reads `merges.txt` and `words.json` of a tokenizer folder."""
        lines = (folder / "merges.txt").read_text().splitlines()[1:]
        merges = [(a, b) for a, b in (line.split(" ") for line in lines if line)]
        words = json.loads((folder / "words.json").read_text())["words"]
        return Tokenizer(words, merges, length)

    def save(self, folder: Path) -> None:
        """Writes vocab.json, merges.txt, words.json, tokenizer_config.json."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "vocab.json").write_text(json.dumps(self.vocab, ensure_ascii=False))
        lines = ["#version: 0.2", *(f"{a} {b}" for a, b in self.merges)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n")
        (folder / "words.json").write_text(json.dumps({"words": self.words}, ensure_ascii=False))
        config = {
            "tokenizer_class": "CLIPTokenizer",
            "bos_token": START,
            "eos_token": END,
            "pad_token": END,
            "unk_token": END,
            "model_max_length": self.length,
            "do_lower_case": True,
        }
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))

    def _word(self, word: str) -> list[int]:
        if word not in self._cache:
            symbols = list(_symbols(word))
            while len(symbols) > 1:
                pairs = set(zip(symbols, symbols[1:], strict=False))
                best = min(pairs, key=lambda p: self._rank.get(p, 1 << 30))
                if best not in self._rank:
                    break
                symbols = _merge(symbols, best)
            self._cache[word] = [self.vocab[s] for s in symbols]
        return self._cache[word]

    def encode(self, text: str) -> list[int]:
        """Token ids of one caption, exactly `length` of them."""
        ids = [i for w in split_words(text) for i in self._word(w)]
        start, end = self.vocab[START], self.vocab[END]
        ids = [start, *ids[: self.length - 2], end]
        return ids + [end] * (self.length - len(ids))
