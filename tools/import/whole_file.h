/* A file in memory, as the reader of polls wants it. */
#ifndef PV_WHOLE_FILE_H
#define PV_WHOLE_FILE_H

#include "fault.h"

/* Reads a file of at most about 1 GiB; "-" is standard input. The bytes are the caller's to free, also after
   a failure; *bytes begins as NULL. False: *fault tells, and a Ctrl-C that pv_cli_catch_interrupt noted is
   PV_FAULT_KIND_INTERRUPTED. */
bool pv_whole_file_read(const char *path, char **bytes, size_t *len, struct pv_fault *fault) PV_MUST_USE;

/* What the file is called in sentences. */
const char *pv_whole_file_name(const char *path);

#endif
