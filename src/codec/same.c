#include "same.h"

#include "id.h"

/* Bytes of JSON one by one, without the white space between its tokens. What is no JSON is only bytes. */
struct tokens {
    const char *at, *end;
    bool all; /* white space too */
    bool in_string, escaped;
};
enum { NO_MORE = -1 };

static struct tokens tokens_of(struct pv_str json)
{
    const char *start = json.ptr != NULL ? json.ptr : ""; /* what is absent is empty */
    return (struct tokens){.at = start, .end = start + json.len};
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static int next_byte(struct tokens *tokens)
{
    while (!tokens->all && !tokens->in_string && tokens->at != tokens->end && is_space(*tokens->at))
        tokens->at++;
    if (tokens->at == tokens->end)
        return NO_MORE;
    unsigned char byte = (unsigned char)*tokens->at++;
    if (tokens->escaped)
        tokens->escaped = false;
    else if (byte == '"')
        tokens->in_string = !tokens->in_string;
    else
        tokens->escaped = tokens->in_string && byte == '\\';
    return byte;
}

static bool same_json(struct pv_str a, struct pv_str b)
{
    if (a.ptr == NULL || b.ptr == NULL)
        return a.ptr == b.ptr;
    if (pv_str_equal(a, b))
        return true;
    struct tokens left = tokens_of(a), right = tokens_of(b);
    int byte;
    do {
        byte = next_byte(&left);
        if (byte != next_byte(&right))
            return false;
    } while (byte != NO_MORE);
    return true;
}

static bool same_text(struct pv_str a, struct pv_str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && pv_str_equal(a, b);
}

static bool read_id(struct pv_str text, struct pv_event_id *id)
{
    return text.ptr != NULL && pv_event_id_parse(text, id) == PV_CODE_NONE;
}

static bool same_id(struct pv_str a, struct pv_str b)
{
    struct pv_event_id left, right;
    if (same_text(a, b))
        return true;
    return read_id(a, &left) && read_id(b, &right) && pv_bits128_equal(left.bits, right.bits);
}

const char *pv_recorded_difference(const struct pv_recorded *a, const struct pv_recorded *b)
{
    if (!same_id(a->id, b->id))
        return "id";
    if (!same_text(a->type, b->type))
        return "type";
    if (!same_json(a->data, b->data))
        return "data";
    if (!same_text(a->created, b->created))
        return "created";
    return same_json(a->metadata, b->metadata) ? NULL : "metadata";
}

/* --- hashes --- */

struct mixer {
    uint64_t hash;
    struct pv_seed seed;
};

static void mix(struct mixer *mixer, uint64_t word)
{
    mixer->hash =
        pv_hash_fold(mixer->hash ^ word ^ mixer->seed.a, mixer->seed.b ^ UINT64_C(0x9e3779b97f4a7c15));
}

/* Eight bytes at a time; the count behind them keeps a text apart from what follows it. */
static void mix_tokens(struct mixer *mixer, struct tokens tokens)
{
    uint64_t word = 0, count = 0;
    for (int byte = next_byte(&tokens); byte != NO_MORE; byte = next_byte(&tokens)) {
        word = word << 8 | (unsigned)byte;
        if (++count % sizeof word == 0)
            mix(mixer, word);
    }
    mix(mixer, word);
    mix(mixer, count);
}

static void mix_json(struct mixer *mixer, struct pv_str json)
{
    mix(mixer, json.ptr != NULL);
    mix_tokens(mixer, tokens_of(json));
}

static void mix_text(struct mixer *mixer, struct pv_str text)
{
    struct tokens tokens = tokens_of(text);
    tokens.all = true;
    mix(mixer, text.ptr != NULL);
    mix_tokens(mixer, tokens);
}

static void mix_id(struct mixer *mixer, struct pv_str text)
{
    struct pv_event_id id;
    if (!read_id(text, &id)) {
        mix_text(mixer, text);
        return;
    }
    mix(mixer, id.bits.hi);
    mix(mixer, id.bits.lo);
}

uint64_t pv_recorded_hash(const struct pv_recorded *record, struct pv_seed seed, uint64_t hash)
{
    struct mixer mixer = {hash, seed};
    mix(&mixer, (uint64_t)record->number);
    mix_id(&mixer, record->id);
    mix_text(&mixer, record->type);
    mix_json(&mixer, record->data);
    mix_text(&mixer, record->created);
    mix_json(&mixer, record->metadata);
    return mixer.hash;
}
