#include "live_message.h"

#include "event.h"
#include "print.h"
#include "record.h"

#include <stdlib.h>

static bool same_id(struct pv_bits128 a, struct pv_bits128 b)
{
    return pv_bits128_equal(a, b);
}

/* One who is known by the email only becomes known by the registration. */
static bool is_own_registration(const struct pv_voter_registered *registered, struct pv_viewer *viewer)
{
    const struct pv_str email = {viewer->email, viewer->email_len};
    if (email.len > 0 && pv_email_equal(registered->email.text, email))
        viewer->voter = registered->voter_id;
    return same_id(registered->voter_id.bits, viewer->voter.bits);
}

/* The own registration and ballot. The ballot becomes known by its creation. */
static bool is_own(const struct pv_event *event, struct pv_viewer *viewer)
{
    if (event->type == PV_EVENT_VOTER_REGISTERED)
        return is_own_registration(&event->u.voter_registered, viewer);
    if (event->type == PV_EVENT_BALLOT_CREATED) {
        bool own = same_id(event->u.ballot_created.voter_id.bits, viewer->voter.bits);
        if (own)
            viewer->ballot = event->u.ballot_created.ballot_id;
        return own;
    }
    if (event->type == PV_EVENT_BALLOT_CANDIDATE_RATED)
        return same_id(event->u.ballot_candidate_rated.ballot_id.bits, viewer->ballot.bits);
    return same_id(event->u.ballot_cast.ballot_id.bits, viewer->ballot.bits);
}

static bool is_of_the_paper(enum pv_event_type type)
{
    struct pv_str aggregate = pv_event_spec(type)->aggregate;
    return !pv_str_equal(aggregate, PV_STR("Voter")) && !pv_str_equal(aggregate, PV_STR("Ballot"));
}

static bool may_see(const struct pv_event *event, struct pv_viewer *viewer)
{
    switch (viewer->view) {
    case PV_VIEW_PUBLIC:
        return is_of_the_paper(event->type);
    case PV_VIEW_VOTER:
        return is_of_the_paper(event->type) || is_own(event, viewer);
    case PV_VIEW_ADMINISTRATOR:
    case PV_VIEW_AUDITOR:
        break;
    }
    return true;
}

/* A rating that is not for these eyes: which ballot, and no more. */
static void out_rated(struct pv_out *out, const struct pv_ballot_candidate_rated *rated)
{
    char ballot[PV_ULID_LEN];
    pv_ulid_format(rated->ballot_id.bits, ballot);
    pv_out_cstr(out, "{\"ballot_id\":\"");
    pv_out_bytes(out, ballot, sizeof ballot);
    pv_out_cstr(out, "\"}");
}

static void out_message(struct pv_out *out, const struct pv_recorded *recorded, const struct pv_event *event,
                        enum pv_view view)
{
    pv_out_cstr(out, "id: ");
    pv_out_int(out, recorded->number);
    pv_out_cstr(out, "\nevent: ");
    pv_out_str(out, pv_event_spec(event->type)->event);
    pv_out_cstr(out, "\ndata: {\"number\":");
    pv_out_int(out, recorded->number);
    pv_out_cstr(out, ",\"type\":");
    pv_out_json(out, pv_event_spec(event->type)->type);
    pv_out_cstr(out, ",\"data\":");
    if (event->type == PV_EVENT_BALLOT_CANDIDATE_RATED && view == PV_VIEW_ADMINISTRATOR)
        out_rated(out, &event->u.ballot_candidate_rated);
    else
        pv_print_event(out, event); /* canonical: on one line */
    pv_out_cstr(out, "}\n\n");
}

bool pv_live_learn(const struct pv_recorded *recorded, struct pv_viewer *viewer)
{
    struct pv_event event;
    struct pv_refusal why;
    char *scratch = malloc(recorded->data.len + 1);
    if (scratch == NULL)
        return false;
    if (pv_event_read(recorded->type, recorded->data, scratch, &event, &why) == PV_OK)
        (void)may_see(&event, viewer);
    free(scratch);
    return true;
}

void pv_live_message(struct pv_out *out, const struct pv_recorded *recorded, struct pv_viewer *viewer)
{
    struct pv_event event;
    struct pv_refusal why;
    char *scratch = malloc(recorded->data.len + 1);
    if (scratch == NULL)
        out->failed = true;
    else if (pv_event_read(recorded->type, recorded->data, scratch, &event, &why) == PV_OK &&
             may_see(&event, viewer))
        out_message(out, recorded, &event, viewer->view);
    free(scratch);
}

void pv_live_hello(struct pv_out *out, int64_t version)
{
    pv_out_cstr(out, "retry: 3000\nid: ");
    pv_out_int(out, version);
    pv_out_cstr(out, "\nevent: state\ndata: {\"version\":");
    pv_out_int(out, version);
    pv_out_cstr(out, "}\n\n");
}
