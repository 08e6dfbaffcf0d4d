/* The server's own keys, in its data directory: `token-key.pem` signs, and it and each `token-key-*.pem`
   verify. To change the key, rename it to token-key-DATE.pem: the next start makes a new one, and what the
   old one signed holds until that file is removed, or the token ends. */
#ifndef PV_KEY_FILE_H
#define PV_KEY_FILE_H

#include "clock.h"
#include "fault.h"
#include "jwt_sign.h"

enum { PV_OLD_KEYS_MAX = 16 };

struct pv_own_keys {
    struct pv_signing_key *current;
    struct pv_jwt_keys *all;
};

/* Ed25519 keys, PKCS#8 in PEM, which only their owner may read or change: any other is a fault. The current
   one is made, from what `clock` gives for chance, if it is not there; whole, with mode 0600, and one only,
   however many processes begin at once. clock NULL: it must be there. False: nothing is open. */
bool pv_own_keys_open(const char *directory, const struct pv_clock *clock, struct pv_own_keys *keys,
                      struct pv_fault *fault) PV_MUST_USE;
void pv_own_keys_deinit(struct pv_own_keys *keys);

#endif
