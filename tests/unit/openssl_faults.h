/* Calls to OpenSSL that fail on purpose, as it fails for want of memory. Link with openssl_faults.c and the
   options that PV_OPENSSL_WRAP has in codec.cmake. */
#ifndef PV_TEST_OPENSSL_FAULTS_H
#define PV_TEST_OPENSSL_FAULTS_H

#include <stddef.h>

/* The call with this number from now on fails, counted from 0, and no other; SIZE_MAX: none. */
void openssl_failing_at(size_t number);
/* Calls since then. */
size_t openssl_count(void);

#endif
