"""Recognize secrets, by their names and by their form: no answer, printed line or file may repeat one.

Answers are committed, and what is printed ends in logs. Where it is not sure, nothing is shown.
"""

import re
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


MAX_LENGTH = 10_000  # what is longer is not looked through, and not shown
HIDDEN = "change-me"  # what stands in a secret's place, where a text needs one

# Words of a name whose value is a secret,
STRONG = words(
    "KEY KEYS SECRET SECRETS PASSWORD PASSWORDS PASSWD PASS PASSPHRASE PASSCODE PWD PW TOKEN TOKENS DSN CREDENTIAL "
    "CREDENTIALS CREDS APIKEY SALT PRIVATE FERNET PEPPER"
)
# that probably is one,
WEAK = words(
    "ACCESS AUTH AUTHORIZATION BASIC BEARER CERT CERTIFICATE CIPHER CONNSTR CRYPT CRYPTO ENCRYPTION HMAC HOOK IV JWT "
    "LICENCE LICENSE MFA NONCE OAUTH OAUTH2 OTP PAT PEM PIN PK SAS SEED SID SIGN SIGNATURE SIGNING SK TOTP "
    "WEBHOOK"
)
WEAK_IF_LAST = words("API BOT CLIENT COOKIE LOGIN SESSION")
# and last words that say it is something else.
OPEN = words(
    "NAME USER USERNAME REGION LENGTH AGE EXPIRY EXPIRATION EXPIRE EXPIRES TIMEOUT TTL ENABLED FILE PATH DIR "
    "HEADER PREFIX LIFETIME MINUTES DAYS SECONDS HOURS ALGORITHM ALGORITHMS HOST PORT RATE LIMIT COUNT PUBLIC "
    "SITEKEY ITERATIONS VALIDATORS CLASS FIELD"
)
# Those that say it of a weak word only.
OPEN_IF_WEAK = OPEN | words(
    "BACKEND BACKENDS DOMAIN EMAIL ENDPOINT ENGINE ENV ENVIRONMENT FORMAT HTTPONLY ISSUER LEVEL METHOD METHODS MODE "
    "MODEL PROVIDER PROVIDERS SAMESITE SCOPE SCOPES SECURE SERIALIZER TYPE URI URL URLS VERIFY VERSION"
)
ENDINGS = ("PASSWORD", "SECRET", "TOKEN")
WEAK_ENDINGS = ("PASS", "PWD", "PW", "KEY", "CREDS")

# What those who issue tokens let them begin with, such as
# https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk|whsec)_(?:live|test|prod)_\w{8,}|whsec_\w{8,}|sk-(?=[\w-]*\d)[\w-]{16,}"
    r"|gh[opsur]_[A-Za-z0-9]{8,}|github_pat_\w{8,}|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{8,}"
    r"|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{8,}|AIza[\w-]{12,}|ya29\.[\w-]{8,}|GOCSPX-[\w-]{8,}|EAA[A-Za-z0-9]{20,}"
    r"|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|SG\.[\w-]{6,}(?:\.[\w-]+)?|key-[0-9a-f]{16,}|(?:AC|SK)[0-9a-f]{32}"
    r"|eyJ[\w-]{8,}(?:\.[\w-]*)*|hf_[A-Za-z0-9]{8,}|npm_[A-Za-z0-9]{20,}|pypi-[\w-]{16,}|dop_v1_\w{8,}"
    r"|shp(?:at|ss|ca|pa)_\w{8,}|hv[sbr]\.[\w-]{8,}|sntry[su]_\S{8,}|lin_api_\w{8,}|\d{6,}:AA[\w-]{20,}"
    r"|sq0[a-z]{3}-[\w-]{16,}|r8_\w{16,}|figd_[\w-]{16,}|secret_\w{20,}|AGE-SECRET-KEY-\w+|(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[^;\s]+"
    r")"
)
PEM = re.compile(r"-----BEGIN .*", re.DOTALL)
# A login that a URL holds: what looks like a port and a path is none, as in http://localhost:8000/@someone.
START = r"(?P<scheme>(?<![\w+.-])[A-Za-z][\w+.-]*://)(?P<user>[^\s/@:\"']*):(?!\d{1,5}/|\$\{\w+\}@)"
LOGIN = re.compile(START + r"(?P<password>[^\s\"']*)@")
LONE_LOGIN = re.compile(START + r"(?P<password>.*)@", re.DOTALL)  # of a text that is nothing but a URL
URL = re.compile(r"[A-Za-z][\w+.-]*://")
TOKEN_LOGIN = re.compile(r"(?P<scheme>(?:[a-z]+\+)?https?://)(?P<user>[^\s/@:\"'?#]{8,})@")
# A password that a text gives by name: in the query of a URL, an option of a command, a connection string.
QUERY = re.compile(
    r"(?P<name>[?&;][\w.-]*(?:passw|pwd|secret|token|key|auth|sig)[\w.-]*)(?P<sign>=)(?P<value>[^&;#\s\"']+)",
    re.IGNORECASE,
)
GIVEN = re.compile(
    r"(?P<name>(?<![\w.-])[\w.-]*(?:password|passwd|pass|pwd|secret|token|api[-_]?key|access[-_]?key"
    r"|secret[-_]?key|private[-_]?key|auth|credentials?|sig|signature)(?:[-_](?:key|value|id))?)(?P<sign>[\"']?\s*(?:=|:\s+)|[\"']\s*:)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s&;,\"']+)",
    re.IGNORECASE,
)
OPTION = re.compile(
    r"(?P<name>(?<!\S)--(?:(?:[a-z0-9]+-)*(?:password|passwd|pass|pwd|pw|secret|token|api-?key|access-?key|secret-?key"
    r"|credentials?)|key|auth|dsn)[\s=]+)(?:\"[^\"]*\"|'[^']*'|[^\s-]\S*)"
    r"|(?P<short>(?<!\S)(?:-u|--user|--basic-auth)[ =])(?!\d+:\d+(?!\S))\S+:\S+",
    re.IGNORECASE,
)
NETRC = re.compile(r"(?P<name>\b(?:login\s+\S+\s+)?password)(?P<sign>\s+)(?P<value>[^\s\"'|&;-][^\s\"']*)")
WORD = re.compile(r"[^\s=\"'@:;,()]+")
CHECKSUM = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|sha\d+-\S+)", re.IGNORECASE)
BEARER = re.compile(r"(?P<name>\b(?:Basic|Bearer|Token))(?P<sign>\s+)(?P<value>[\w.+/=-]{8,})")
# What a person writes where a value only has to be there.
STAND_IN = re.compile(
    r"(?:(?:not|only|just|for|a|the|build|building|unused|dummy|fake|change|me|changeme|placeholder|none|null|unset|ignored"
    r"|needed|here|real|test|testing|collectstatic|throwaway|x+|0+)[-_ .]*)+|\$\{?\w+\}?",
    re.IGNORECASE,
)
# Where whoever knows the path may post: https://api.slack.com/messaging/webhooks
WEBHOOK = re.compile(
    r"https?://(?:hooks\.|[\w.-]*webhook|maker\.ifttt\.com/|api\.telegram\.org/bot|discord(?:app)?\.com/api/webhooks/"
    r"|outlook\.office\.com/|[^/]+/(?:[^?#]*/)?(?:web)?hooks?/[\w/-]{16,})",
    re.IGNORECASE,
)
BOOLEANS = words("true false yes no on off none null")
HOST = re.compile(r"\[?[A-Za-z0-9*_-]*(?:[.:][A-Za-z0-9*_-]+)*\]?(?::\d{1,5})?")
DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,12}(?::\d{1,5})?")
DOTTED = re.compile(r"(?:[a-z_][a-z0-9_]{0,30}\.)+[A-Za-z_]\w*")
EMAIL = re.compile(r"(?:[^<>@]*<)?[\w.+-]+@[\w-]+(?:\.[\w-]+)*>?")
FILE = re.compile(r"\.?\.?(?:/[\w@.+-]*)+|[\w@.+-]+(?:/[\w@.+-]+)+/?|[\w-]+\.[a-z]{2,5}")
SERVICE = re.compile(r"(?!https?://)[a-z][a-z0-9+.-]*://", re.IGNORECASE)  # a database's, a broker's, not a page's


def without_secrets(text: str) -> str:
    """Return a text with HIDDEN in the place of passwords in URLs, of those given by name, and of known tokens."""
    if len(text) > MAX_LENGTH:
        return HIDDEN
    if "://" in text:
        text = (LONE_LOGIN if URL.match(text) and text.count("://") == 1 else LOGIN).sub(_login, text)
        text = TOKEN_LOGIN.sub(lambda login: f"{login['scheme']}{HIDDEN}@", text)
        text = QUERY.sub(_named, text)
    return PEM.sub(HIDDEN, TOKEN.sub(HIDDEN, text))


def cleaned(data: Any) -> Any:
    """Return data with all of its texts as `without_secrets` has them."""
    if isinstance(data, str):
        return without_secrets(data)
    if isinstance(data, dict):
        return {key: cleaned(item) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return type(data)([cleaned(item) for item in data])
    if is_dataclass(data) and not isinstance(data, type):
        return replace(data, **{part.name: cleaned(getattr(data, part.name)) for part in fields(data) if part.init})
    return data


def in_command(command: str) -> str:
    """Return a command with HIDDEN in the place of secrets: options, assignments, headers and random words too."""
    command = without_secrets(command)
    command = OPTION.sub(lambda found: f"{found['name'] or found['short']}{HIDDEN}", command)
    for pattern in (GIVEN, BEARER, NETRC):
        command = pattern.sub(_named, command)
    return WORD.sub(
        lambda word: HIDDEN if _is_random_word(word[0]) and not CHECKSUM.fullmatch(word[0]) else word[0], command
    )


def has_secret(command: str) -> bool:
    """Return whether a command, or a line of another file, holds a secret; what only stands in for one is none."""
    return in_command(command) != command


def is_secret(name: str, text: str | None, kind: str = "str") -> bool:
    """Return whether a variable's value should be kept from others, by its name and by how it looks.

    `kind` is how it is read, as in a Variable; `text` is None where nothing is known of the value.
    """
    if kind in ("bool", "int"):
        return False
    if text and text.lower() in BOOLEANS:
        return False
    if text and len(text) > MAX_LENGTH:
        return True
    return _is_secret_name(name, text) or bool(text and is_secret_text(text))


def is_secret_text(text: str) -> bool:
    """Return whether a text looks like a secret, whatever its name is; a URL's password alone does not make it one."""
    if TOKEN.search(text) or PEM.search(text) or BEARER.fullmatch(text):
        return True
    if "://" not in text and GIVEN.search(text):
        return True
    if "://" in text:
        try:
            parts = urlsplit(text)
        except ValueError:
            return True
        return bool(WEBHOOK.match(text)) or is_random(f"{parts.path} {parts.query} {parts.fragment}")
    plain = any(pattern.fullmatch(text) for pattern in (EMAIL, DOMAIN, DOTTED))
    return not plain and is_random(text)


def is_private(name: str, text: str) -> bool:
    """Return whether a variable or a header of a Dockerfile or an nginx configuration holds a secret, no stand-in."""
    return not is_stand_in(text) and (has_secret(text) or is_secret(name, text))


def is_stand_in(text: str) -> bool:
    """Return whether a text only stands where a secret would, as "dummy" does in a Dockerfile."""
    return not text or STAND_IN.fullmatch(text.strip()) is not None


def is_random(text: str) -> bool:
    """Return whether a part of a text looks as if nobody had thought of it: long, of digits and letters in turn."""
    pieces = re.findall(r"[A-Za-z0-9]+", text)
    if sum(len(piece) >= 4 and _is_hex(piece) for piece in pieces) >= 4:  # a UUID
        return True
    long = re.findall(r"[A-Za-z0-9+/=_!@#$%^&*()~-]{16,}", text)
    return (
        any(map(_is_random_piece, pieces)) or any(map(_is_random_word, long)) or any(map(_is_password, text.split()))
    )


def _is_random_piece(piece: str) -> bool:
    if len(piece) < 12:
        return False
    if piece.isdigit():
        return len(piece) > 15
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(piece))
    if turns >= 3 or (len(piece) >= 16 and turns >= 1 and _is_hex(piece)):
        return True
    if len(piece) >= 16 and _turns(piece) >= len(piece) * 0.42:
        return True
    return re.search(r"[bcdfghjklmnpqrstvwxz]{7}", piece, re.IGNORECASE) is not None


def _is_random_word(word: str) -> bool:
    """Return whether a word with signs between its letters, which is no path and no list of words, looks random."""
    if len(word) < 16:
        return any(map(_is_random_piece, re.findall(r"[A-Za-z0-9]+", word)))
    if any(map(_is_random_piece, re.findall(r"[A-Za-z0-9]+", word))):
        return True
    kinds = [any(map(test, word)) for test in (str.isupper, str.islower, str.isdigit)]
    return all(kinds) and len(word) >= 20 and _turns(word) >= len(word) * 0.32


def _is_password(word: str) -> bool:
    """Return whether a word has what rules for passwords ask for: letters of both cases, digits, and several signs."""
    kinds = all(any(map(test, word)) for test in (str.isupper, str.islower, str.isdigit))
    return kinds and len(word) >= 10 and len(set("!#$%^&*") & set(word)) >= 2


def _turns(text: str) -> int:
    """Return how often small and capital letters, and digits, follow each other: twice a word, in names."""
    text = "".join(filter(str.isalnum, text))
    kinds = ["A" if character.isupper() else "a" if character.islower() else "0" for character in text]
    return sum(a != b for a, b in pairwise(kinds))


def _is_hex(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]+", text) is not None and any(map(str.isdigit, text))


def _is_secret_name(name: str, text: str | None) -> bool:
    parts = [part for part in re.split(r"[^A-Z0-9]+", _in_capitals(name)) if part]
    if not parts or "PUBLIC" in parts or parts[0] in ("USE", "ENABLE", "DISABLE", "HAS", "ALLOW"):
        return False
    last = parts[-1]
    if any(part in STRONG or part.endswith(ENDINGS) for part in parts):
        if last == "ID":
            return bool(text)  # of a key, or of who has it: nothing tells which
        return last not in OPEN
    weak = last in WEAK_IF_LAST or any(part in WEAK or part.endswith(WEAK_ENDINGS) for part in parts)
    return bool(text) and weak and last not in OPEN_IF_WEAK and not _is_open_text(text or "")


def _in_capitals(name: str) -> str:
    """Return a name in capitals, with "_" between its words: STRIPE_SECRET_KEY for stripeSecretKey."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def _is_open_text(text: str) -> bool:
    """Return whether a text is plainly a number, a host, a path, a dotted name, an address or a URL."""
    if text.isdigit():
        return len(text) <= 5
    if "://" in text:
        return without_secrets(text) == text
    several = "." in text or ":" in text or text == "localhost"
    host = several and HOST.fullmatch(text) is not None and not re.search(r":(?!\d{1,5}$)", text)
    return host or any(pattern.fullmatch(text) for pattern in (EMAIL, FILE))


def _login(found: re.Match[str]) -> str:
    """Return a URL up to its host, without the password, and without a name that is a token."""
    user, password = found["user"], found["password"]
    alone = found["scheme"].endswith(("http://", "https://")) and (not password or password.startswith("x-oauth"))
    return f"{found['scheme']}{HIDDEN if user and (alone or is_secret_text(user)) else user}:{HIDDEN}@"


def _named(found: re.Match[str]) -> str:
    if is_stand_in(found["value"].strip("\"'")):
        return found[0]
    return f"{found['name']}{found['sign']}{HIDDEN}"
