/* A document cache in memory for the tests of the commands, whose calls can be made to fail, and which can be
   given documents that no command would write. */
#ifndef PV_APP_CACHE_H
#define PV_APP_CACHE_H

#include "document_cache.h"

enum app_cache_call {
    APP_CACHE_PUT,
    APP_CACHE_GET,
    APP_CACHE_REMOVE,
    APP_CACHE_LIST,
    APP_CACHE_SUMMARIES,
    APP_CACHE_GET_CHECKPOINT,
    APP_CACHE_PUT_CHECKPOINT,
    APP_CACHE_CALLS
};

/* One of them, made by app_cache_open; `port` is what commands get. */
extern struct app_cache {
    struct pv_document_cache port, inside;
    bool whole; /* keeps whole documents, as a cache in files does */
    enum app_cache_call failing;
    unsigned fail_at, calls[APP_CACHE_CALLS];
    enum pv_cache_result answer;
    unsigned changes; /* puts of some pages only */
} app_cache;
void app_cache_open(void);
void app_cache_close(void);

/* The call with this number from now on, counted from 0, gives this; a fault says "the cache broke". */
void app_cache_answers(enum app_cache_call call, unsigned at, enum pv_cache_result answer);
void app_cache_works(void);

/* Puts a text in the place of an election's document; elections are named as in app_kit.h. */
void app_cache_keep(char name, const char *text);
/* What the cache has of it: the number of the last event, the header and all pages, as "8 {...} [...] [...]",
   or "none". Borrowed until the next call. */
const char *app_cache_text(char name);

#endif
