/* SHA-256 of bytes that are in memory. */
#ifndef PV_SHA256_H
#define PV_SHA256_H

#include "base.h"

enum { PV_SHA256_LEN = 32 };

/* PV_OK or PV_FAULT_MEMORY. */
enum pv_result pv_sha256(struct pv_str bytes, unsigned char digest[PV_SHA256_LEN]) PV_MUST_USE;

#endif
