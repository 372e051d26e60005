"""From a question to word stems: lower case, one spelling, plurals and endings off."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Questions have no end: a server must not keep every word of them.
WORDS_KEPT = 1 << 16

_WORD = re.compile(r"[a-z0-9]+")
_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "µ": "u", "μ": "u", "’": "'"})
# "I'm" is "i m", "doesn't" is "does not": the parts are words that tell nothing.
_NOT = re.compile(r"n't\b")
_CONTRACTION = re.compile(r"'(m|re|ve|ll|d|t)\b")
_POSSESSIVE = re.compile(r"'s\b|'")
# British and American spelling, the second form kept.
_SPELLING = (("oe", "e"), ("ae", "e"), ("our", "or"), ("is(e|ing|ed|ation)$", r"iz\1"))


def words(text: str) -> list[str]:
    """Words of a text in lower case without accents and apostrophes."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_GREEK))
    folded = folded.replace("can't", "can not").replace("won't", "will not")
    apart = _CONTRACTION.sub(r" \1", _NOT.sub(" not", folded))
    return _WORD.findall(_POSSESSIVE.sub("", apart))


@lru_cache(WORDS_KEPT)
def stem(word: str) -> str:
    """A word without its ending: `shedding`, `sheds` and `shed` are one."""
    for old, new in _SPELLING:
        word = re.sub(old, new, word) if len(word) > 4 else word
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            word = word[: -len(ending)]
            if len(word) > 2 and word[-1] == word[-2] and word[-1] not in "lsaeiou":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def stems(text: str) -> list[str]:
    """Stems of all words of a text, in order."""
    return [stem(word) for word in words(text)]


def shortest_words(texts: Iterable[str]) -> dict[str, str]:
    """Each stem of some texts with the shortest word that has it."""
    found: dict[str, str] = {}
    for word in sorted({word for text in texts for word in words(text)}, key=lambda w: (len(w), w)):
        found.setdefault(stem(word), word)
    return found
