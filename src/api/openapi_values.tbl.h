/* The values of D2 as schemas: PV_LIMIT(TAG, JSON without the pattern, pattern or NULL, sentence for a person). In the
   JSON ' stands for ". The patterns say all of D2 but for what its sentence adds. */

/* What a text may be made of, and what it must have one of. */
#define LINE "[^\\u0000-\\u001f\\u007f-\\u009f]"
#define LINE_SEEN "[^\\u0000-\\u0020\\u007f-\\u009f]"
#define LINES "[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]"
#define ULID "[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"
#define UUID "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
#define LABEL "[0-9A-Za-z](-*[0-9A-Za-z])*"
/* Of web addresses: anywhere; before the path, and there behind the last @. */
#define URL "[!#-;=?-\\[\\]_a-z~]"
#define URL_HOST "[!$-.0-;=@-\\[\\]_a-z~]"
#define URL_NAME "[!$-.0-;=A-\\[\\]_a-z~]"
#define YEAR "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
#define HOUR_MINUTE "([01][0-9]|2[0-3]):[0-5][0-9]"

/* clang-format off */
PV_LIMIT(EVENT_ID, "'not':{'pattern':'^[-0]+$'},'examples':['01HQ0000000000000000000000','0c4d8a2e-9f30-4a1c-8d6e-2b7f5a3e1c90']",
         "^(" ULID "|" UUID ")$", "A ULID or a UUID, in either case; not all zero.")
PV_LIMIT(ID, "'not':{'pattern':'^0+$'},'examples':['01HQ0000000000000000000001']",
         "^" ULID "$", "A ULID, in either case; not all zero.")
PV_LIMIT(NAME, "'maxLength':200", "^" LINE "*" LINE_SEEN LINE "*$",
         "1 to 200 characters without control characters, not only blanks.")
PV_LIMIT(DESCRIPTION, "'maxLength':4000", "^(|" LINES "*[^\\u0000-\\u0020\\u007f-\\u009f]" LINES "*)$",
         "Up to 4000 characters without control characters but line feed, carriage return and tab, not only white space; empty "
         "for none.")
PV_LIMIT(CAPTION, "'maxLength':500", "^(|" LINE "*" LINE_SEEN LINE "*)$",
         "Up to 500 characters without control characters, not only blanks, and only with an image; empty for none.")
PV_LIMIT(URL, "'maxLength':2048,'examples':['https://example.org/owl.jpg','/images/owl.jpg']",
         "^(|/([!#-.0-;=?-\\[\\]_a-z~]" URL "*)?|https?://(" URL_HOST "*@)?[!$-.0-9;=A-\\[\\]_a-z~]" URL_NAME "*([/?#]" URL "*)?)$",
         "A web address in its ASCII form, https or http, or a path on this server; up to 2048 bytes; empty for none.")
PV_LIMIT(EMAIL, "'maxLength':254,'examples':['ada@example.org']",
         "^[!-?A-~]{1,64}@" LABEL "(\\." LABEL ")*$",
         "An email address in its ASCII form; up to 254 bytes, 64 of them before the @.")
PV_LIMIT(DATE, "'examples':['2024-02-24T18:00:00Z','2024-02-24T19:00:00.25+01:00']",
         "^" YEAR "-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]" HOUR_MINUTE ":[0-5][0-9](\\.[0-9]{1,9})?"
         "([Zz]|[-+]" HOUR_MINUTE ")?$",
         "A date and time, in UTC unless it says otherwise, that the calendar has; its year is 1 to 9999 in UTC too.")
PV_LIMIT(RATING, "'type':'integer','minimum':1,'maximum':5", NULL,
         "A whole number of stars from 1 to 5, written without fraction and exponent.")
/* clang-format on */

#undef LINE
#undef LINE_SEEN
#undef LINES
#undef ULID
#undef UUID
#undef LABEL
#undef URL
#undef URL_HOST
#undef URL_NAME
#undef YEAR
#undef HOUR_MINUTE
