#include "base.h"

#include <string.h>

bool pv_str_equal(struct pv_str a, struct pv_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
