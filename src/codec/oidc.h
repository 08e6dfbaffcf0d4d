/* What an OpenID Connect provider tells about itself (OpenID Connect Discovery 1.0), as far as its keys are
   concerned, and how long they may be kept. */
#ifndef PV_OIDC_H
#define PV_OIDC_H

#include "document.h"
#include "text.h"

/* Where keys may be fetched from: https, or http on this machine itself (localhost, 127.0.0.1, [::1]).
   Whoever could change them on the way could be anybody. */
bool pv_oidc_may_fetch(struct pv_str url) PV_MUST_USE;

enum { PV_OIDC_URL_SIZE = PV_URL_MAX + 64 };
/* Where an issuer tells, terminated: ISSUER/.well-known/openid-configuration. False for an issuer that may
   not be fetched from, or has a query or a fragment. */
bool pv_oidc_discovery_url(struct pv_str issuer, char url[PV_OIDC_URL_SIZE]) PV_MUST_USE;

/* Reads what is told there: it must be about this issuer, byte for byte, and name a place for its keys that
   may be fetched from; `jwks_uri` is terminated. PV_REFUSED with the reason, or PV_FAULT_MEMORY. */
enum pv_result pv_oidc_discovery_read(struct pv_str text, struct pv_str issuer,
                                      char jwks_uri[PV_OIDC_URL_SIZE],
                                      struct pv_document_error *error) PV_MUST_USE;

/* For how many seconds what came with this Cache-Control may be kept: its max-age, within 5 minutes and a
   day; the least if it names none, or is absent (ptr NULL). */
enum { PV_OIDC_KEEP_LEAST = 5 * 60, PV_OIDC_KEEP_MOST = 24 * 60 * 60 };
int64_t pv_oidc_keep(struct pv_str cache_control);

#endif
