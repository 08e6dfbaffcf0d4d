/* What the API answers beside the codes of the domain (D7): PV_API_CODE(TAG, name, HTTP status, sentence). */

/* clang-format off */
PV_API_CODE(REQUEST_INVALID, request_invalid, 400, "the request is not valid")
PV_API_CODE(HEADER_INVALID, header_invalid, 400, "a header has a value that cannot be read")
PV_API_CODE(QUERY_INVALID, query_invalid, 400, "a query parameter has a value that cannot be read")
PV_API_CODE(TOKEN_MISSING, token_missing, 401, "this needs a bearer token")
PV_API_CODE(TOKEN_INVALID, token_invalid, 401, "the bearer token is not valid")
PV_API_CODE(NOT_ALLOWED, not_allowed, 403, "the token's role, or whose ballot or voter it is, does not allow this")
PV_API_CODE(NOT_FOUND, not_found, 404, "there is nothing at this address")
PV_API_CODE(NO_BALLOT, no_ballot, 404, "the caller has no ballot in this election")
PV_API_CODE(METHOD_NOT_ALLOWED, method_not_allowed, 405, "this address has no such method")
PV_API_CODE(EVENT_ID_REUSED, event_id_reused, 409, "the event id was recorded with another event")
PV_API_CODE(WRONG_VERSION, wrong_version, 412, "the election is not at the version that PV-Expected-Version names")
PV_API_CODE(CONTENT_TOO_LARGE, content_too_large, 413, "the body is larger than this server takes")
PV_API_CODE(MEDIA_TYPE, media_type_unsupported, 415, "the body must be application/json")
PV_API_CODE(TOO_MANY, too_many_requests, 429, "too many requests of this caller are waiting; try again later")
PV_API_CODE(HEAD_TOO_LARGE, head_too_large, 431, "the head is larger than this server takes, or has too many headers")
PV_API_CODE(INTERNAL, internal, 500, "the server could not do this; its log tells why")
PV_API_CODE(BUSY, busy, 503, "too much is waiting; try again later")
PV_API_CODE(BEHIND, projection_behind, 503, "the read side is behind the events; try again later")
PV_API_CODE(UNAVAILABLE, unavailable, 503, "a part of the server is not available; try again later")
/* clang-format on */
