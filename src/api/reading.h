/* What the reads share while they answer one job. Internal to the API. */
#ifndef PV_READING_H
#define PV_READING_H

#include "api_parts.h"
#include "document_look.h"

struct pv_reading {
    struct pv_api *api;
    const struct pv_api_reads *reads;
    struct pv_job *job;
    struct pv_http_exchange *exchange;
    struct pv_text header; /* of the job's election */
    struct pv_header_facts facts;
    int64_t last_number;
    struct pv_out out;
    struct pv_buffer buffer;
};

/* What a step came to. Unless it is PV_READING_ON, the exchange is answered, or is to be asked again. */
enum pv_reading_step { PV_READING_ON, PV_READING_ANSWERED, PV_READING_BEHIND };

/* Answers for what a cache said that is not PV_CACHE_OK: the election is unknown, or the cache is not to be
 * had. */
enum pv_reading_step pv_reading_of(struct pv_reading *reading, enum pv_cache_result result);
/* Answers with a refusal of the domain. */
void pv_reading_refuse(struct pv_reading *reading, enum pv_code code, struct pv_bits128 id);
/* Answers what was printed to reading->out. `versioned`: with the election's version as ETag. */
enum pv_reading_step pv_reading_send(struct pv_reading *reading, bool versioned);
/* How much a paged read asks for: ?limit=; false: answered. */
bool pv_reading_limit(struct pv_reading *reading, int64_t *limit);
/* And from where: ?from=&limit=. */
bool pv_reading_range(struct pv_reading *reading, int64_t *from, int64_t *limit);

/* Whether the store has the election, as far as the job's floor: for those who read what was recorded of it,
   which is there also when the cache has none of it, since it was deleted, or not yet. */
enum pv_reading_step pv_reading_find_stream(struct pv_reading *reading);

bool pv_reading_oversees(const struct pv_reading *reading);

/* The reads that page through parts, each in a file of its own. */
enum pv_reading_step pv_read_pages(struct pv_reading *reading, enum pv_page_kind kind, bool with_ratings);
enum pv_reading_step pv_read_my_ballot(struct pv_reading *reading);
enum pv_reading_step pv_read_records(struct pv_reading *reading);
enum pv_reading_step pv_read_refusals(struct pv_reading *reading);
enum pv_reading_step pv_read_event_status(struct pv_reading *reading);
enum pv_reading_step pv_read_elections(struct pv_reading *reading);
enum pv_reading_step pv_read_photo(struct pv_reading *reading);
enum pv_reading_step pv_read_document(struct pv_reading *reading);
enum pv_reading_step pv_read_results(struct pv_reading *reading);
enum pv_reading_step pv_read_live(struct pv_reading *reading);

#endif
