#include "sqlite_heap.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pieces of sizes that are powers of two; those that were freed are kept in a list a size. */
enum { SMALLEST = 5, LARGEST = 24, BLOCK = 1 << 26 };

struct piece {
    union {
        struct piece *next; /* while it is free */
        int power;          /* while it is in use */
        double align[2];
    } u;
};

static char *block;
static size_t taken;
static struct piece *lists[LARGEST + 1];
static bool (*allowed)(void);

static int power_of(int size)
{
    int power = SMALLEST;
    while (((size_t)1 << power) < (size_t)size + sizeof(struct piece))
        power++;
    return power;
}

static void *take(int size)
{
    int power = power_of(size);
    if (power > LARGEST)
        return NULL;
    struct piece *piece = lists[power];
    if (piece != NULL) {
        lists[power] = piece->u.next;
    } else {
        if (taken + ((size_t)1 << power) > BLOCK)
            return NULL;
        piece = (struct piece *)(void *)(block + taken);
        taken += (size_t)1 << power;
    }
    piece->u.power = power;
    return piece + 1;
}

static void *heap_malloc(int size)
{
    return allowed == NULL || allowed() ? take(size) : NULL;
}

static void heap_free(void *memory)
{
    struct piece *piece = (struct piece *)memory - 1;
    int power = piece->u.power;
    piece->u.next = lists[power];
    lists[power] = piece;
}

static int heap_size(void *memory)
{
    return memory == NULL
               ? 0
               : (int)(((size_t)1 << ((struct piece *)memory - 1)->u.power) - sizeof(struct piece));
}

static void *heap_realloc(void *memory, int size)
{
    if (size <= heap_size(memory))
        return memory;
    void *larger = heap_malloc(size);
    if (larger == NULL)
        return NULL;
    memcpy(larger, memory, (size_t)heap_size(memory));
    heap_free(memory);
    return larger;
}

static int heap_roundup(int size)
{
    return (int)(((size_t)1 << power_of(size)) - sizeof(struct piece));
}

static int heap_init(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void heap_shutdown(void *unused)
{
    (void)unused;
}

void sqlite_heap_install(bool (*may)(void))
{
    static const sqlite3_mem_methods methods = {heap_malloc,  heap_free, heap_realloc,  heap_size,
                                                heap_roundup, heap_init, heap_shutdown, NULL};
    block = aligned_alloc(64, BLOCK);
    allowed = may;
    if (block == NULL || sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
        sqlite3_initialize() != SQLITE_OK) {
        (void)fprintf(stderr, "cannot give SQLite its memory\n");
        exit(2);
    }
}

long long sqlite_heap_used(void)
{
    return sqlite3_memory_used();
}
