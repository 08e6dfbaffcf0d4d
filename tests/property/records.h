/* Streams of records (F1): lines of NDJSON of a few elections mixed together, most of them right, the others
   with one thing wrong: gaps, repetitions, other streams, keys missing, doubled or of a wrong kind, broken
   lines. And F1's verdict on each line by a model that keeps, for every stream, the next number, the ids seen
   and the facts. */
#ifndef PV_RECORDS_H
#define PV_RECORDS_H

#include "history.h"

enum { RECORDS_STREAMS = 3, RECORDS_IDS_MAX = 512, RECORDS_FINDINGS_MAX = 3 };

struct record_stream {
    struct model model;
    struct history history;
    char name[48];  /* Election-<id> */
    char next[24];  /* the next number, in decimal: compared as text */
    uint64_t given; /* what the generator numbers by */
    bool appeared;
    const char *ids[RECORDS_IDS_MAX]; /* seen, as 128 binary digits */
    size_t id_count;
};

struct record_finding {
    enum pv_code code;
    enum pv_field field;
    struct pv_str stream; /* ptr NULL: null */
    struct pv_str number; /* ptr NULL: null */
};

struct records {
    struct gen *g;
    struct bag bag;
    struct record_stream streams[RECORDS_STREAMS];
    unsigned appeared[RECORDS_STREAMS]; /* which stream was the first to appear, which the second, ... */
    size_t appeared_count;

    /* The line that records_next made. */
    struct buf text;      /* without LF */
    struct wire envelope; /* its members */
    struct wire event;    /* what its data holds; damage tells if that is no event */
    bool has_data;
    struct record_finding findings[RECORDS_FINDINGS_MAX];
    size_t finding_count;
    /* What a reader can say of the envelope without knowing the streams. */
    bool unreadable, has_stream, has_election, has_number;
    struct pv_str stream, number; /* where they can be read */
    enum pv_field bad_key;        /* PV_KEY_NONE: the envelope is valid */
    struct verdict decoded;       /* D5, 1 to 3, for a valid envelope */
};

void records_init(struct records *r, struct gen *g);
void records_deinit(struct records *r);
/* The next line; false at the end. */
bool records_next(struct records *r);

/* ---- model_record.c: fills in everything below `findings` ---- */
void records_judge(struct records *r);

#endif
