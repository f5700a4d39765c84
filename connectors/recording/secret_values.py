"""Values that are secrets by their looks."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_JWT: Final = r"eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){1,3}"
_PREFIXED: Final = (
    r"gh[opsur]_\w{20,}",  # GitHub
    r"github_pat_\w{20,}",
    r"glpat-[\w-]{16,}",  # GitLab
    r"xox[a-z]-[\w-]{10,}",  # Slack
    r"xapp-[\w-]{10,}",
    r"[rsp]k_(?:live|test)_\w{10,}",  # Stripe and others
    r"whsec_[\w+/=]{16,}",
    r"(?:AKIA|ASIA)[0-9A-Z]{16}",  # AWS
    r"AIza[\w-]{35}",  # Google
    r"ya29\.[\w-]{20,}",
    r"1//0[\w-]{20,}",
    r"GOCSPX-[\w-]{20,}",
    r"SG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,}",  # Shopify
    r"pat-[a-z]{2}\d-[0-9a-fA-F-]{36}",  # HubSpot
    r"pat[0-9A-Za-z]{14}\.[0-9a-f]{40,}",  # Airtable
    r"(?:secret|ntn)_[0-9A-Za-z]{40,}",  # Notion
    r"lin_(?:api|oauth)_\w{20,}",  # Linear
    r"xkeysib-[0-9a-f-]{40,}",  # Brevo
    r"key-[0-9a-f]{32}",  # Mailgun
    r"[0-9a-f]{32}-us\d{1,2}",  # Mailchimp
    r"sk-[\w-]{20,}",  # OpenAI and others
    r"EAA[0-9A-Za-z]{40,}",  # Meta
    r"sq0(?:atp|csp)-[\w-]{20,}",  # Square
    r"dop_v1_[0-9a-f]{40,}",  # DigitalOcean
    r"(?:npm|hf)_\w{30,}",
    r"00D[0-9A-Za-z]{12,15}![\w.]{40,}",  # Salesforce
)
_PRIVATE_KEY: Final = r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----"
_TOKEN: Final = re.compile(rf"(?<![\w.-])(?:{'|'.join((_JWT, *_PREFIXED))})(?![\w-])|{_PRIVATE_KEY}")

_SHORTEST_RANDOM: Final = 16
_LEAST_BITS_PER_CHARACTER: Final = 2.8
_RANDOM_ALPHABET: Final = re.compile(r"[\w+/=.~:|-]+", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_MOST_IN_WORDS: Final = 0.75


def tokens_in(text: str) -> Iterator[str]:
    """Yield JSON Web Tokens, private keys, and tokens that say by their beginning whose they are."""
    for match in _TOKEN.finditer(text):
        yield match[0]


def looks_random(text: str) -> bool:
    """Whether a text looks as if a generator made it: long, without spaces, and neither words nor a plain number."""
    if len(text) < _SHORTEST_RANDOM or not _RANDOM_ALPHABET.fullmatch(text) or text.isdigit():
        return False
    if "://" in text or _entropy(text) < _LEAST_BITS_PER_CHARACTER:
        return False
    has_digits = any(character.isdigit() for character in text)
    in_words = sum(len(word) for word in _WORD.findall(text)) / len(text)
    return has_digits or in_words < _MOST_IN_WORDS or _mixes_cases(text)


def _mixes_cases(text: str) -> bool:
    """Whether capitals stand inside words more often than names in camel case have them."""
    changes = sum(a.islower() and b.isupper() for a, b in pairwise(text))
    return changes > len(text) / 6


def _entropy(text: str) -> float:
    """Return Shannon's bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
