#include "fault.h"

#include <stdio.h>

void pv_fault_set(struct pv_fault *fault, enum pv_fault_kind kind, const char *format, ...)
{
    fault->kind = kind;
    fault->retry_helps = kind == PV_FAULT_KIND_BUSY || kind == PV_FAULT_KIND_NO_MEMORY;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(fault->text, sizeof fault->text, format, args);
    va_end(args);
    for (char *p = fault->text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
}
