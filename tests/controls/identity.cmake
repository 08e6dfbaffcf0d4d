# Who is who.
pv_planted_bug(NAME token_bytes_in_two_spellings FILE codec/base64url.c
  BREAKS "a token can be written in several ways"
  CAUGHT_BY test_base64url SAYS "FAILED.* base64url__every_character__is_one_of_64_or_refused")
pv_planted_bug(NAME key_used_with_another_alg FILE codec/jwt_keys.c
  BREAKS "a key verifies whatever alg the token names"
  CAUGHT_BY test_jwt SAYS "FAILED.* token__a_key_of_another_kind__is_refused")
pv_planted_bug(NAME exponent_of_one_accepted FILE codec/jwk.c
  BREAKS "anybody can sign for an RSA key with the exponent 1"
  CAUGHT_BY test_jwt_keys SAYS "FAILED.* jwk__rsa__must_be_long_enough_and_odd")
pv_planted_bug(NAME token_of_another_issuer_s_keys FILE app/identity.c
  BREAKS "a token is held against the keys of the first issuer, whoever it says that it comes from"
  CAUGHT_BY test_identity SAYS "FAILED.* issuer__with_the_keys_of_another__is_refused")
pv_planted_bug(NAME cached_caller_outlives_its_token FILE app/identity.c
  BREAKS "a token that was seen once is good for ever"
  CAUGHT_BY test_identity SAYS "FAILED.* cache__a_token__ends_where_it_says")
pv_planted_bug(NAME key_made_for_everybody FILE adapters/file_dir.c
  BREAKS "the server's key can be read by everybody on the machine"
  CAUGHT_BY test_key_file SAYS "FAILED.* keys__at_first__one_is_made")
pv_planted_bug(NAME provider_is_asked_again_and_again FILE adapters/oidc_keys.c
  BREAKS "a provider that is down is asked without a pause"
  CAUGHT_BY test_oidc_keys SAYS "FAILED.* keys__of_a_provider_that_is_down__are_tried_again")
pv_planted_bug(NAME new_key_is_refused_while_it_comes FILE adapters/oidc_keys.c
  BREAKS "a token is refused because its key came a moment after it was looked for"
  CAUGHT_BY test_oidc_keys SAYS "FAILED.* token__while_its_key_comes__has_no_verdict")
