/* HTML character references (`&amp;`, `&#39;`), as exporters of web pages leave them in names. */
#ifndef PV_ENTITIES_H
#define PV_ENTITIES_H

#include "base.h"

/* Copies the text with each reference replaced by its character, once; returns the new length, which is never
   greater. Known are amp, lt, gt, quot, apos, the names of Latin-1 (nbsp to yuml), and numbers, decimal and
   hexadecimal, of Unicode characters but U+0000; 128 to 159 are read as Windows-1252, as browsers do. What is
   none of these, or lacks its semicolon, is kept as it is. `out` holds text.len bytes. */
size_t pv_entities_decode(struct pv_str text, char *out);

#endif
