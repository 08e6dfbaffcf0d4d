/* Why a token is refused, one row each: PV_TOKEN(TAG, wire name, sentence). The sentences never show the
   token or anything out of it: what is shown may be logged, and a token that expired here may be good
   elsewhere.

   KEYS_PENDING is no verdict on the token: it may be good a moment later. */

/* clang-format off */
PV_TOKEN(MALFORMED, token_malformed, "the token is not a signed token in its compact form")
PV_TOKEN(ALGORITHM, token_algorithm, "the token is not signed in a way that is accepted: RS256, ES256 or EdDSA, without extensions")
PV_TOKEN(SIGNATURE, token_signature, "the token's signature does not hold")
PV_TOKEN(UNKNOWN_KEY, token_unknown_key, "the token is signed with a key that its issuer does not have")
PV_TOKEN(KEYS_PENDING, token_keys_pending, "the keys of the token's issuer are not there yet")
PV_TOKEN(EXPIRED, token_expired, "the token has expired")
PV_TOKEN(NOT_YET, token_not_yet, "the token is not valid yet")
PV_TOKEN(ISSUER, token_issuer, "the token comes from an issuer that is not accepted here")
PV_TOKEN(AUDIENCE, token_audience, "the token is meant for somebody else")
PV_TOKEN(CLAIMS, token_claims, "the token does not say who it is for and until when, or not in the form that it must")
/* clang-format on */
