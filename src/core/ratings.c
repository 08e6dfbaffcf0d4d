#include "ratings.h"

#include <stdlib.h>
#include <string.h>

static bool is_dense(const struct pv_ratings *ratings)
{
    return ratings->candidates <= PV_RATINGS_DENSE_MAX;
}

static void free_rows(struct pv_ratings *ratings)
{
    for (uint32_t i = 0; ratings->rows != NULL && i < ratings->ballots; i++)
        free(ratings->rows[i].slots);
    free(ratings->rows);
}

void pv_ratings_deinit(struct pv_ratings *ratings)
{
    free(ratings->cells);
    free_rows(ratings);
    *ratings = (struct pv_ratings){0};
}

enum pv_result pv_ratings_configure(struct pv_ratings *ratings, uint32_t candidates, uint32_t ballots)
{
    struct pv_ratings fresh = {.candidates = candidates, .ballots = ballots, .capacity = ballots};
    fresh.stride = (candidates + 1) / 2;
    if (is_dense(&fresh))
        fresh.cells = calloc((size_t)ballots + 1, fresh.stride + (size_t)1);
    else
        fresh.rows = calloc((size_t)ballots + 1, sizeof *fresh.rows);
    if (fresh.cells == NULL && fresh.rows == NULL)
        return PV_FAULT_MEMORY;
    pv_ratings_deinit(ratings);
    *ratings = fresh;
    return PV_OK;
}

enum pv_result pv_ratings_reserve_row(struct pv_ratings *ratings)
{
    if (ratings->candidates == 0 || ratings->ballots < ratings->capacity)
        return PV_OK;
    size_t capacity = (size_t)ratings->capacity * 2 + 8;
    if (is_dense(ratings)) {
        uint8_t *cells = realloc(ratings->cells, capacity * ratings->stride);
        if (cells == NULL)
            return PV_FAULT_MEMORY;
        ratings->cells = cells;
    } else {
        struct pv_ratings_row *rows = realloc(ratings->rows, capacity * sizeof *rows);
        if (rows == NULL)
            return PV_FAULT_MEMORY;
        ratings->rows = rows;
    }
    ratings->capacity = (uint32_t)capacity;
    return PV_OK;
}

void pv_ratings_add_row(struct pv_ratings *ratings)
{
    if (ratings->candidates == 0)
        return;
    uint32_t ballot = ratings->ballots++;
    if (is_dense(ratings))
        memset(ratings->cells + (size_t)ballot * ratings->stride, 0, ratings->stride);
    else
        ratings->rows[ballot] = (struct pv_ratings_row){NULL, 0, 0};
}

static uint32_t *find_slot(const struct pv_ratings_row *row, uint32_t candidate)
{
    /* Positions are small and dense numbers; the multiplication spreads neighbours over the table. */
    uint32_t at = (candidate * UINT32_C(0x9e3779b1)) & row->mask;
    while (row->slots[at] != 0 && row->slots[at] / 8 != candidate + 1)
        at = (at + 1) & row->mask;
    return &row->slots[at];
}

struct pv_rating pv_ratings_get(const struct pv_ratings *ratings, uint32_t ballot, uint32_t candidate)
{
    if (candidate >= ratings->candidates)
        return (struct pv_rating){0};
    if (is_dense(ratings)) {
        uint8_t cell = ratings->cells[(size_t)ballot * ratings->stride + candidate / 2];
        return (struct pv_rating){(uint8_t)(cell >> candidate % 2 * 4 & 15)};
    }
    const struct pv_ratings_row *row = &ratings->rows[ballot];
    return (struct pv_rating){row->slots == NULL ? 0 : (uint8_t)(*find_slot(row, candidate) & 7)};
}

static enum pv_result grow_row(struct pv_ratings_row *row)
{
    uint32_t count = row->slots == NULL ? 8 : (row->mask + 1) * 2;
    struct pv_ratings_row larger = {calloc(count, sizeof *row->slots), count - 1, 0};
    if (larger.slots == NULL)
        return PV_FAULT_MEMORY;
    for (uint32_t i = 0; row->slots != NULL && i <= row->mask; i++) {
        /* A rating taken back keeps its slot with no stars until the table grows. */
        if ((row->slots[i] & 7) != 0) {
            *find_slot(&larger, row->slots[i] / 8 - 1) = row->slots[i];
            larger.used++;
        }
    }
    free(row->slots);
    *row = larger;
    return PV_OK;
}

enum pv_result pv_ratings_reserve(struct pv_ratings *ratings, uint32_t ballot)
{
    if (is_dense(ratings))
        return PV_OK;
    struct pv_ratings_row *row = &ratings->rows[ballot];
    bool full = row->used + 1 > row->mask - row->mask / 4; /* a row without slots has a mask of 0 */
    return full ? grow_row(row) : PV_OK;
}

void pv_ratings_set(struct pv_ratings *ratings, uint32_t ballot, uint32_t candidate, struct pv_rating rating)
{
    if (is_dense(ratings)) {
        uint8_t *cell = &ratings->cells[(size_t)ballot * ratings->stride + candidate / 2];
        unsigned shift = candidate % 2 * 4;
        *cell = (uint8_t)((*cell & ~(15U << shift)) | (unsigned)rating.stars << shift);
        return;
    }
    struct pv_ratings_row *row = &ratings->rows[ballot];
    uint32_t *slot = find_slot(row, candidate);
    row->used += *slot == 0;
    *slot = (candidate + 1) * 8 + rating.stars;
}

/* Up to sixteen cells of a row as one number, the first candidate's lowest. */
static uint64_t load_cells(const uint8_t *cells, uint32_t bytes)
{
    uint64_t word = 0;
    if (bytes >= sizeof word) {
        memcpy(&word, cells, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        return word;
    }
    for (uint32_t i = 0; i < bytes; i++)
        word |= (uint64_t)cells[i] << i * 8;
    return word;
}

static bool next_dense(const struct pv_ratings *ratings, uint32_t ballot, uint32_t *cursor,
                       uint32_t *candidate, struct pv_rating *rating)
{
    /* A draft has no candidates here, and no cells either. */
    for (uint32_t at = *cursor; at < ratings->candidates; at = (at | 15) + 1) {
        const uint8_t *row = ratings->cells + (size_t)ballot * ratings->stride;
        uint32_t first = at / 16 * 8;
        uint64_t cells = load_cells(row + first, ratings->stride - first) >> at % 16 * 4;
        if (cells == 0)
            continue;
        uint32_t empty = (uint32_t)__builtin_ctzll(cells) / 4;
        *candidate = at + empty;
        *cursor = at + empty + 1;
        rating->stars = cells >> empty * 4 & 15;
        return true;
    }
    *cursor = ratings->candidates;
    return false;
}

bool pv_ratings_next(const struct pv_ratings *ratings, uint32_t ballot, uint32_t *cursor, uint32_t *candidate,
                     struct pv_rating *rating)
{
    if (is_dense(ratings))
        return next_dense(ratings, ballot, cursor, candidate, rating);
    const struct pv_ratings_row *row = &ratings->rows[ballot];
    for (; row->slots != NULL && *cursor <= row->mask; ++*cursor) {
        uint32_t slot = row->slots[*cursor];
        if ((slot & 7) != 0) {
            *candidate = slot / 8 - 1;
            rating->stars = slot & 7;
            ++*cursor;
            return true;
        }
    }
    return false;
}

void pv_ratings_prefetch(const struct pv_ratings *ratings, uint32_t ballot)
{
    if (ratings->cells != NULL)
        pv_prefetch(&ratings->cells[(size_t)ballot * ratings->stride], ratings->stride);
}
