#include "edge.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *map_block(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), len = EDGE_MAX + page;
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
    if (zero < 0)
        abort();
    char *block = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
    if (block == MAP_FAILED || mprotect(block + EDGE_MAX, page, PROT_NONE) != 0)
        abort();
    (void)close(zero);
    return block;
}

struct pv_str edge_copy(struct pv_str bytes)
{
    static char *blocks[2];
    static unsigned turn;
    turn = !turn;
    if (blocks[turn] == NULL)
        blocks[turn] = map_block();
    if (bytes.len > EDGE_MAX)
        abort();
    char *copy = blocks[turn] + EDGE_MAX - bytes.len;
    if (bytes.len > 0)
        memcpy(copy, bytes.ptr, bytes.len);
    return (struct pv_str){copy, bytes.len};
}
