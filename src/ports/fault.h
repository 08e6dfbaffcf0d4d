/* What went wrong outside the domain: a disk, a damaged file, a server. Adapters fill it in where they met
   it; foreign error codes stop there. */
#ifndef PV_FAULT_H
#define PV_FAULT_H

#include "base.h"

#include <stdarg.h>

enum pv_fault_kind {
    PV_FAULT_KIND_IO,      /* a read, write or sync failed */
    PV_FAULT_KIND_DAMAGED, /* the contents are not what they must be: cut short, corrupt, not a database */
    PV_FAULT_KIND_NEWER,   /* written by a newer version of the program */
    PV_FAULT_KIND_NO_MEMORY,
    PV_FAULT_KIND_BUSY,       /* locked by someone else, unreachable for now */
    PV_FAULT_KIND_TOO_LARGE,  /* one part is larger than the store takes (F3) */
    PV_FAULT_KIND_DENIED,     /* not allowed: permissions, credentials, a medium that is read-only */
    PV_FAULT_KIND_INTERRUPTED /* the user asked to stop */
};

enum { PV_FAULT_TEXT_MAX = 512 };

struct pv_fault {
    enum pv_fault_kind kind;
    bool retry_helps;
    /* What failed, where, what to do; one line, terminated, safe for a terminal. */
    char text[PV_FAULT_TEXT_MAX];
};

/* Fills in a fault from a format; longer texts are cut in the middle, where the long part is (a path), so
   that the reason stays; and what is not printable is replaced by `?`. */
void pv_fault_set(struct pv_fault *fault, enum pv_fault_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
