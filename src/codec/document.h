/* The document (F3): the Election as canonical JSON, whole or in parts, written and read back; and its hash.
 */
#ifndef PV_DOCUMENT_H
#define PV_DOCUMENT_H

#include "election.h"
#include "out.h"

enum { PV_PAGE_VOTERS = 128, PV_PAGE_BALLOTS = 16 }; /* per page of a cache (F3) */

/* The canonical bytes, without a line feed. The election must not be unborn. */
void pv_document_write(struct pv_out *out, const struct pv_election *election);

/* The parts: the header is the document without `voters` and `ballots`; a page is a JSON array of its voters
   or ballots, in order. Pages are counted from 0. */
uint32_t pv_document_voter_pages(const struct pv_election *election);
uint32_t pv_document_ballot_pages(const struct pv_election *election);
void pv_document_write_header(struct pv_out *out, const struct pv_election *election);
void pv_document_write_voters(struct pv_out *out, const struct pv_election *election, uint32_t page);
void pv_document_write_ballots(struct pv_out *out, const struct pv_election *election, uint32_t page);

/* SHA-256 of the canonical bytes, lower-case hex, not terminated. PV_OK or PV_FAULT_MEMORY. */
enum { PV_HASH_LEN = 64 };
enum pv_result pv_document_hash(const struct pv_election *election, char hex[PV_HASH_LEN]) PV_MUST_USE;

/* Why a document could not be read back: where in it (a JSON Pointer such as /ballots/17/ratings, or a page's
   name before it), and what is wrong there. Terminated strings. */
struct pv_document_error {
    char path[160];
    char reason[240];
};

/* A document as a cache gives it: the header with or without voters and ballots in it, and the pages. */
struct pv_document_parts {
    struct pv_str header;
    const struct pv_str *voter_pages, *ballot_pages;
    size_t voter_page_count, ballot_page_count;
    bool whole; /* known to be whole: then a header without voters and ballots is not complete */
};

/* Reads a document back (F3): any key order, unknown keys ignored, every key present once, values as printed;
   then held to D6. `election` must be unborn; anything but PV_OK leaves it so. PV_REFUSED fills in *error. A
   whole document (`file:`) has voters and ballots in the header and no pages. */
enum pv_result pv_document_read(const struct pv_document_parts *parts, struct pv_election *election,
                                struct pv_document_error *error) PV_MUST_USE;

/* The strict guard (json_guard.c) that every text passes before cJSON sees it: RFC 8259, UTF-8, paired
   surrogates, no U+0000, no duplicate keys after unescaping, at most `depth` levels (up to
   PV_JSON_DEPTH_MAX). PV_REFUSED fills in *error's reason with what and at which byte, counted from 1, and
   clears its path. */
enum pv_result pv_json_guard(struct pv_str text, unsigned depth, struct pv_document_error *error) PV_MUST_USE;

#endif
