/* A body that is read out of a text which many answers share: it is not copied for each. */
#ifndef PV_SHARED_BODY_H
#define PV_SHARED_BODY_H

#include "http.h"

/* The text is borrowed until the body is closed. False: out of memory. */
bool pv_shared_body(struct pv_str text, struct pv_http_body *body) PV_MUST_USE;

#endif
