"""JSON read by the letter of RFC 8259.

Python's own json module is lax where the rules are not: it keeps the last of two equal keys, lets unpaired
surrogates and NaN through, and recurses. Here the grammar is checked first and without recursion; what the grammar
lets through but the rules may not (bad UTF-8, unpaired surrogates, too deep nesting) stays visible in the result,
because what it means depends on where it stands (F1, steps 1 and 4).

A value is one of
    Object      members as (key, value) pairs, in the order of the text, duplicates included
    list        an array
    str         a string; BROKEN instead of one that is no text
    int         a number written as an integer, however large
    FRACTION    any other number
    True, False, None
"""
import re

MAX_DEPTH = 64


class GrammarError(Exception):
    """The bytes are not one JSON value."""


class Marker:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


BROKEN = Marker("BROKEN")
FRACTION = Marker("FRACTION")


class Object:
    """A JSON object as it was written."""

    def __init__(self):
        self.members = []

    def twice(self, keys):
        """Those of `keys` that stand twice, ordered by where the second occurrence stands."""
        seen, found = set(), []
        for key, _ in self.members:
            if key in keys and key in seen and key not in found:
                found.append(key)
            seen.add(key)
        return found

    def get(self, key, absent=None):
        """The value of a key that stands once."""
        for name, value in self.members:
            if name == key:
                return value
        return absent


# No possessive quantifiers here: Python 3.11.2 lets "1." match (\.[0-9]++)?+ with the point swallowed.
SPACE = re.compile(rb"[ \t\n\r]*")
STRING = re.compile(rb'"([^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*)"')
NUMBER = re.compile(rb"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?")
LITERALS = {b"t": (b"true", True), b"f": (b"false", False), b"n": (b"null", None)}

ESCAPE = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\(.)")
SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}

# Digits beyond this cannot matter: every range the rules know ends at 2^63 - 1.
ENOUGH_DIGITS = 40


def unescape(match):
    high, low, unit, short = match.groups()
    if short:
        return SHORT[short]
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
    if 0xD800 <= int(unit, 16) <= 0xDFFF:
        raise UnicodeError("unpaired surrogate")
    return chr(int(unit, 16))


def text_of(raw):
    """What stands between the quotes, as text; BROKEN when it is none."""
    try:
        text = raw.decode("utf-8")
        return ESCAPE.sub(unescape, text) if "\\" in text else text
    except UnicodeError:
        return BROKEN


def integer_of(raw):
    digits = raw.lstrip(b"-")
    size = int(digits) if len(digits) <= ENOUGH_DIGITS else 10**ENOUGH_DIGITS
    return -size if raw.startswith(b"-") else size


def skip(text, at):
    return SPACE.match(text, at).end()


def string_at(text, at):
    match = STRING.match(text, at)
    if not match:
        raise GrammarError(at)
    return text_of(match[1]), match.end()


def scalar_at(text, at):
    first = text[at : at + 1]
    if first == b'"':
        return string_at(text, at)
    if first in LITERALS:
        word, value = LITERALS[first]
        if not text.startswith(word, at):
            raise GrammarError(at)
        return value, at + len(word)
    match = NUMBER.match(text, at)
    if not match:
        raise GrammarError(at)
    return (FRACTION if match[2] or match[3] else integer_of(match[1])), match.end()


def key_at(text, at):
    """A member's key and its colon; returns where its value begins."""
    key, at = string_at(text, at)
    at = skip(text, at)
    if text[at : at + 1] != b":":
        raise GrammarError(at)
    return key, skip(text, at + 1)


def parse(text):
    """The one JSON value that `text` (bytes) is; GrammarError if it is none."""
    boxes, keys = [], []  # the objects and arrays being read, outermost first, and the key waiting in each
    at = skip(text, 0)
    while True:
        first = text[at : at + 1]
        if first == b"{" or first == b"[":
            value = Object() if first == b"{" else []
            at = skip(text, at + 1)
            if text[at : at + 1] == (b"}" if first == b"{" else b"]"):
                at += 1
            else:
                boxes.append(value)
                keys.append(None)
                if first == b"{":
                    keys[-1], at = key_at(text, at)
                continue
        else:
            value, at = scalar_at(text, at)

        while boxes:  # the value is complete: put it where it belongs, and close what ends after it
            box = boxes[-1]
            at = skip(text, at)
            mark = text[at : at + 1]
            if isinstance(box, Object):
                box.members.append((keys[-1], value))
                closing = b"}"
            else:
                box.append(value)
                closing = b"]"
            if mark == b",":
                at = skip(text, at + 1)
                if closing == b"}":
                    keys[-1], at = key_at(text, at)
                break
            if mark != closing:
                raise GrammarError(at)
            at += 1
            value = boxes.pop()
            keys.pop()
        else:
            if skip(text, at) != len(text):
                raise GrammarError(at)
            return value


def is_sound(value, level=1):
    """Every string in it is text, and nothing in it is nested deeper than MAX_DEPTH, `value` standing at `level`."""
    waiting = [(value, level)]
    while waiting:
        value, level = waiting.pop()
        if value is BROKEN:
            return False
        if isinstance(value, Object):
            inner = [child for member in value.members for child in member]
        elif isinstance(value, list):
            inner = value
        else:
            continue
        if level > MAX_DEPTH:
            return False
        waiting.extend((child, level + 1) for child in inner)
    return True


# ---- printing (F3) ----

PRINTED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class Decimal(str):
    """A number that is printed as it stands."""


def printed_text(text, also_c1=False):
    out = []
    for char in text:
        if char in PRINTED:
            out.append(PRINTED[char])
        elif char < " " or (also_c1 and "\x7f" <= char <= "\x9f"):
            out.append("\\u%04x" % ord(char))
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def printed(value, also_c1=False):
    """dict, list, str, int, bool, None and Decimal in the form of F3."""
    if isinstance(value, dict):
        return "{" + ",".join(printed_text(k) + ":" + printed(v, also_c1) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(printed(v, also_c1) for v in value) + "]"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return printed_text(value, also_c1)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
