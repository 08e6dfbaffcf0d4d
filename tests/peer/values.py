"""D2: the values. Each reader takes the text of a JSON string (or an integer) and gives the value, or refuses it."""
import datetime
import re


class Refused(Exception):
    """A refusal of D7: its code and its field."""

    def __init__(self, code, field=None, about=""):
        super().__init__(code)
        self.code, self.field, self.about = code, field, about


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}")
UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")


def ulid(text):
    """An id in its canonical spelling."""
    if not ULID.fullmatch(text):
        raise Refused("id_invalid")
    if set(text) == {"0"}:
        raise Refused("id_empty")
    return text.upper()


def event_id(text):
    """An EventId as its 128 bits: two spellings of the same bits are the same id."""
    if ULID.fullmatch(text):
        bits = 0
        for char in text.upper():
            bits = bits * 32 + CROCKFORD.index(char)
    elif UUID.fullmatch(text):
        bits = int(text.replace("-", ""), 16)
    else:
        raise Refused("id_invalid")
    if bits == 0:
        raise Refused("id_empty")
    return bits


def is_control(char):
    return char < "\x20" or "\x7f" <= char <= "\x9f"


def plain_text(text, limit, also=""):
    """`also`: control characters that are allowed, and count as white space."""
    if not text.strip(" " + also):
        raise Refused("text_empty")
    if len(text) > limit:
        raise Refused("text_too_long")
    if any(is_control(char) and char not in also for char in text):
        raise Refused("text_control")
    return text


def name(text):
    return plain_text(text, 200)


def description(text):
    return plain_text(text, 4000, "\t\n\r") if text else None


def caption(text):
    return plain_text(text, 500) if text else None


URL_BYTES = re.compile(r"[\x21-\x7e]{1,2048}")
URL_NEVER = set('"<>\\^`{|}')


def image_url(text):
    if not text:
        return None
    if not URL_BYTES.fullmatch(text) or URL_NEVER & set(text):
        raise Refused("url_invalid")
    if text.startswith("/"):
        if text.startswith("//"):
            raise Refused("url_invalid")
        return text
    for scheme in ("https://", "http://"):
        if text.startswith(scheme):
            authority = re.split("[/?#]", text[len(scheme) :])[0]
            host = authority.rpartition("@")[2]
            if host and not host.startswith(":"):
                return text
    raise Refused("url_invalid")


EMAIL_BYTES = re.compile(r"[\x21-\x7e]{1,254}")
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def email(text):
    local, _, domain = text.partition("@")
    if (
        not EMAIL_BYTES.fullmatch(text)
        or text.count("@") != 1
        or not 1 <= len(local) <= 64
        or not all(LABEL.fullmatch(label) for label in domain.split("."))
    ):
        raise Refused("email_invalid")
    return text


def rating(number):
    if not 1 <= number <= 5:
        raise Refused("rating_out_of_range")
    return number


DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))?"
)


def date(text):
    """A date-time in UTC, to the microsecond, as a datetime without a zone."""
    match = DATE.fullmatch(text)
    if not match:
        raise Refused("time_invalid")
    *written, fraction, sign, hours, minutes = match.groups()
    micros = int(((fraction or "") + "000000")[:6])
    offset = datetime.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise Refused("time_invalid")
    try:  # datetime knows the calendar: years 1 to 9999, no second 60, and no sum beyond them
        moment = datetime.datetime(*map(int, written), micros)
        return moment + offset if sign == "-" else moment - offset
    except (ValueError, OverflowError):
        raise Refused("time_invalid") from None


def printed_date(moment):
    text = "%04d-%02d-%02dT%02d:%02d:%02d" % moment.timetuple()[:6]
    return text + (".%06dZ" % moment.microsecond if moment.microsecond else "Z")
