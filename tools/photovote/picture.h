/* Photographs that nobody took: landscapes out of a number, as PNG. */
#ifndef PV_PICTURE_H
#define PV_PICTURE_H

#include "base.h"

enum { PV_PICTURE_WIDTH = 480, PV_PICTURE_HEIGHT = 320 };

/* The same number, the same picture. Owned by the caller (free); false when out of memory. */
bool pv_picture_make(uint32_t number, struct pv_text *png) PV_MUST_USE;

#endif
