#include "api_table.h"

#define EVENT(type) API_EVENT, PV_EVENT_##type
#define READ(kind) API_##kind, PV_EVENT_TYPE_COUNT

/* clang-format off */
const struct api_row api_rows[API_ROWS] = {
    {"POST",   "/election",                         "a",   EVENT(ELECTION_CREATED)},
    {"DELETE", "/election",                         "a",   EVENT(ELECTION_DELETED)},
    {"PUT",    "/election/name-changed",            "a",   EVENT(ELECTION_NAME_CHANGED)},
    {"PUT",    "/election/description-changed",     "a",   EVENT(ELECTION_DESCRIPTION_CHANGED)},
    {"PUT",    "/election/opened",                  "a",   EVENT(ELECTION_OPENED)},
    {"PUT",    "/election/closed",                  "a",   EVENT(ELECTION_CLOSED)},
    {"POST",   "/competition",                      "a",   EVENT(COMPETITION_ADDED)},
    {"DELETE", "/competition",                      "a",   EVENT(COMPETITION_REMOVED)},
    {"PUT",    "/competition/name-changed",         "a",   EVENT(COMPETITION_NAME_CHANGED)},
    {"PUT",    "/competition/description-changed",  "a",   EVENT(COMPETITION_DESCRIPTION_CHANGED)},
    {"POST",   "/candidate",                        "a",   EVENT(CANDIDATE_ADDED)},
    {"DELETE", "/candidate",                        "a",   EVENT(CANDIDATE_REMOVED)},
    {"PUT",    "/candidate/name-changed",           "a",   EVENT(CANDIDATE_NAME_CHANGED)},
    {"PUT",    "/candidate/description-changed",    "a",   EVENT(CANDIDATE_DESCRIPTION_CHANGED)},
    {"PUT",    "/candidate/image-changed",          "a",   EVENT(CANDIDATE_IMAGE_CHANGED)},
    {"POST",   "/voter",                            "a",   EVENT(VOTER_REGISTERED)},
    {"POST",   "/ballot",                           "av",  EVENT(BALLOT_CREATED)},
    {"PUT",    "/ballot/candidate-rated",           "v",   EVENT(BALLOT_CANDIDATE_RATED)},
    {"POST",   "/ballot/cast",                      "v",   EVENT(BALLOT_CAST)},
    {"GET",    "/election",                         "*",   READ(ELECTIONS)},
    {"GET",    "/election/{id}",                    "*",   READ(PAPER)},
    {"GET",    "/election/{id}/document",           "au",  READ(DOCUMENT)},
    {"GET",    "/election/{id}/results",            "*",   READ(RESULTS)},
    {"GET",    "/election/{id}/voters",             "au",  READ(VOTERS)},
    {"GET",    "/election/{id}/ballots",            "au",  READ(BALLOTS)},
    {"GET",    "/election/{id}/ballot/mine",        "v",   READ(MY_BALLOT)},
    {"GET",    "/election/{id}/events",             "au",  READ(EVENTS)},
    {"GET",    "/election/{id}/refusals",           "au",  READ(REFUSALS)},
    {"GET",    "/election/{id}/live",               "*",   READ(LIVE)},
    {"GET",    "/event/{id}",                       "auv", READ(STATUS)},
    {"GET",    "/photo/{id}",                       "*",   READ(PHOTO)},
    {"GET",    "/healthz",                          "au",  READ(PLAIN)},
    {"GET",    "/readyz",                           "au",  READ(PLAIN)},
    {"GET",    "/metrics",                          "au",  READ(PLAIN)},
    {"GET",    "/openapi.json",                     "*",   READ(PLAIN)},
    {"GET",    "/docs",                             "*",   READ(PLAIN)},
};
/* clang-format on */
