#include "scopes.h"

#include "record.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the lines below ids are one letter, which stands for an id that ends in it; X is an id that nothing has.
 */

/* The ballot paper: two competitions and three candidates come, change and go; a candidate's id is tried in
 * both. */
static const char *const paper[] = {
    "ElectionCreated name=n",
    "CompetitionAdded competition=A name=n",
    "CompetitionAdded competition=B name=n",
    "CandidateAdded competition=A candidate=1 name=n",
    "CandidateAdded competition=A candidate=2 name=n",
    "CandidateAdded competition=B candidate=2 name=n",
    "CandidateAdded competition=B candidate=3 name=n",
    "CandidateAdded competition=A candidate=3 name=n",
    "CompetitionRemoved competition=A",
    "CompetitionRemoved competition=B",
    "CandidateRemoved competition=A candidate=1",
    "CandidateRemoved competition=A candidate=2",
    "CandidateRemoved competition=B candidate=2",
    "CandidateRemoved competition=B candidate=3",
    "CandidateImageChanged competition=A candidate=1 url=/ caption=c",
    "CandidateImageChanged competition=A candidate=1 url=-",
    "ElectionOpened open_date=2024-01-02T00:00:00Z",
    "ElectionClosed close_date=2024-01-02T00:00:00Z",
    "ElectionClosed close_date=2024-01-01T23:59:59.999999Z",
    "ElectionDeleted",
    NULL,
};

/* Voting: two voters rate three candidates of two competitions with the worst and the best, take back, and
 * cast. */
static const char *const voting[] = {
    "ElectionCreated name=n",
    "CompetitionAdded competition=A name=n",
    "CandidateAdded competition=A candidate=1 name=n",
    "CandidateAdded competition=A candidate=2 name=n",
    "VoterRegistered voter=V name=n email=v@e",
    "VoterRegistered voter=W name=n email=w@e",
    "BallotCreated voter=V ballot=P",
    "ElectionOpened open_date=2024-01-02T00:00:00Z",
    "BallotCreated voter=W ballot=Q",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=1",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=5",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=-",
    "BallotCandidateRated ballot=P competition=A candidate=2 rating=1",
    "BallotCandidateRated ballot=P competition=A candidate=2 rating=5",
    "BallotCandidateRated ballot=P competition=A candidate=2 rating=-",
    "BallotCandidateRated ballot=Q competition=A candidate=1 rating=1",
    "BallotCandidateRated ballot=Q competition=A candidate=1 rating=5",
    "BallotCandidateRated ballot=Q competition=A candidate=1 rating=-",
    "BallotCandidateRated ballot=Q competition=A candidate=2 rating=1",
    "BallotCandidateRated ballot=Q competition=A candidate=2 rating=5",
    "BallotCandidateRated ballot=Q competition=A candidate=2 rating=-",
    "BallotCast ballot=P",
    "BallotCast ballot=Q",
    "CandidateRemoved competition=A candidate=1",
    "CandidateRemoved competition=A candidate=2",
    "CompetitionRemoved competition=A",
    "ElectionClosed close_date=2024-01-02T00:00:00Z",
    "ElectionDeleted",
    NULL,
};

/* Registering: three voters, two of whom want one email, and three ballots for whoever comes first, before
   and after the opening. */
static const char *const registering[] = {
    "ElectionCreated name=n",
    "CompetitionAdded competition=A name=n",
    "CandidateAdded competition=A candidate=A name=n",
    "CandidateAdded competition=A candidate=B name=n",
    "VoterRegistered voter=A name=n email=a@e",
    "VoterRegistered voter=B name=n email=A@E",
    "VoterRegistered voter=B name=n email=b@e",
    "VoterRegistered voter=C name=n email=c@e",
    "BallotCreated voter=A ballot=A",
    "BallotCreated voter=A ballot=B",
    "BallotCreated voter=B ballot=A",
    "BallotCreated voter=B ballot=B",
    "BallotCreated voter=C ballot=B",
    "BallotCreated voter=C ballot=C",
    "ElectionOpened open_date=2024-01-02T00:00:00Z",
    "BallotCandidateRated ballot=A competition=A candidate=A rating=3",
    "BallotCandidateRated ballot=B competition=A candidate=B rating=2",
    "BallotCast ballot=A",
    "BallotCast ballot=B",
    "ElectionClosed close_date=2024-01-03T00:00:00Z",
    "ElectionDeleted",
    NULL,
};

/* Every type of event with every phase and a wrong reference of each kind; texts change to and fro. */
static const char *const gates[] = {
    "ElectionCreated name=n description=d",
    "ElectionNameChanged name=m",
    "ElectionNameChanged name=n",
    "ElectionDescriptionChanged description=-",
    "ElectionDescriptionChanged description=d",
    "CompetitionAdded competition=A name=n",
    "CompetitionNameChanged competition=A name=m",
    "CompetitionDescriptionChanged competition=A description=d",
    "CompetitionDescriptionChanged competition=X description=d",
    "CandidateAdded competition=A candidate=1 name=n",
    "CandidateAdded competition=A candidate=2 name=n image_url=/ image_caption=c",
    "CandidateAdded competition=X candidate=2 name=n",
    "CandidateNameChanged competition=A candidate=1 name=m",
    "CandidateDescriptionChanged competition=A candidate=1 description=d",
    "CandidateImageChanged competition=A candidate=2 url=-",
    "CandidateNameChanged competition=A candidate=X name=m",
    "CandidateRemoved competition=A candidate=2",
    "CompetitionRemoved competition=A",
    "VoterRegistered voter=V name=n email=v@e",
    "BallotCreated voter=V ballot=P",
    "BallotCreated voter=X ballot=P",
    "ElectionOpened open_date=2024-01-02T00:00:00Z",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=4",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=-",
    "BallotCandidateRated ballot=X competition=A candidate=1 rating=4",
    "BallotCandidateRated ballot=P competition=X candidate=1 rating=4",
    "BallotCast ballot=P",
    "BallotCast ballot=X",
    "ElectionClosed close_date=2024-01-02T00:00:00Z",
    "ElectionDeleted",
    "ElectionNameChanged name=n election=X",
    NULL,
};

/* The larger ones, for the slow tier. */

static const char *const paper_large[] = {
    "ElectionCreated name=n",
    "CompetitionAdded competition=A name=n",
    "CompetitionAdded competition=B name=n",
    "CompetitionAdded competition=C name=n",
    "CandidateAdded competition=A candidate=1 name=n",
    "CandidateAdded competition=A candidate=2 name=n",
    "CandidateAdded competition=B candidate=2 name=n",
    "CandidateAdded competition=B candidate=3 name=n",
    "CandidateAdded competition=C candidate=3 name=n",
    "CandidateAdded competition=C candidate=4 name=n",
    "CompetitionRemoved competition=A",
    "CompetitionRemoved competition=B",
    "CompetitionRemoved competition=C",
    "CandidateRemoved competition=A candidate=1",
    "CandidateRemoved competition=A candidate=2",
    "CandidateRemoved competition=B candidate=3",
    "CandidateRemoved competition=C candidate=4",
    "ElectionOpened open_date=2024-01-02T00:00:00Z",
    "ElectionClosed close_date=2024-01-02T00:00:00Z",
    NULL,
};

static const char *const voting_large[] = {
    "ElectionCreated name=n",
    "CompetitionAdded competition=A name=n",
    "CandidateAdded competition=A candidate=1 name=n",
    "CandidateAdded competition=A candidate=2 name=n",
    "CandidateAdded competition=A candidate=3 name=n",
    "VoterRegistered voter=V name=n email=v@e",
    "VoterRegistered voter=W name=n email=w@e",
    "BallotCreated voter=V ballot=P",
    "BallotCreated voter=W ballot=Q",
    "ElectionOpened open_date=2024-01-02T00:00:00Z",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=1",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=5",
    "BallotCandidateRated ballot=P competition=A candidate=1 rating=-",
    "BallotCandidateRated ballot=P competition=A candidate=2 rating=1",
    "BallotCandidateRated ballot=P competition=A candidate=2 rating=5",
    "BallotCandidateRated ballot=P competition=A candidate=2 rating=-",
    "BallotCandidateRated ballot=P competition=A candidate=3 rating=1",
    "BallotCandidateRated ballot=P competition=A candidate=3 rating=5",
    "BallotCandidateRated ballot=P competition=A candidate=3 rating=-",
    "BallotCandidateRated ballot=Q competition=A candidate=1 rating=1",
    "BallotCandidateRated ballot=Q competition=A candidate=1 rating=5",
    "BallotCandidateRated ballot=Q competition=A candidate=1 rating=-",
    "BallotCandidateRated ballot=Q competition=A candidate=2 rating=1",
    "BallotCandidateRated ballot=Q competition=A candidate=2 rating=5",
    "BallotCandidateRated ballot=Q competition=A candidate=2 rating=-",
    "BallotCandidateRated ballot=Q competition=A candidate=3 rating=1",
    "BallotCandidateRated ballot=Q competition=A candidate=3 rating=5",
    "BallotCandidateRated ballot=Q competition=A candidate=3 rating=-",
    "BallotCast ballot=P",
    "BallotCast ballot=Q",
    "CandidateRemoved competition=A candidate=1",
    "CandidateRemoved competition=A candidate=2",
    "CandidateRemoved competition=A candidate=3",
    "CompetitionRemoved competition=A",
    "ElectionClosed close_date=2024-01-02T00:00:00Z",
    "ElectionDeleted",
    NULL,
};

/* voting_large can be counted by hand: a ballot has 3 candidates without a rating, with the worst or the
   best, and is cast unless it has none, 27 + 26; each candidate is removed or not, so is the competition; the
   election is open or closed, deleted or not: 53 * 53 * 8 * 2 * 4. */
const struct scope scopes[] = {
    {"paper", paper, 0, 0, 12655, 253100},
    {"voting", voting, 4, 0, 40656, 1138368},
    {"registering", registering, 4, 0, 7402, 155442},
    {"gates", gates, 0, 0, 28377, 879687},
    {"versions", gates, 0, 9, 19678, 250635},
    {"paper_large", paper_large, 0, 0, 112288, 2133472},
    {"voting_large", voting_large, 10, 0, 179776, 6471936},
    {"versions_large", gates, 0, 12, 179201, 2849427},
};
const size_t scope_count = sizeof scopes / sizeof scopes[0];

/* ---- from a line to an event ---- */

static struct pv_str id_text(struct bag *bag, char letter)
{
    char id[] = "01HQ000000000000000000000_";
    id[25] = letter;
    return bag_str(bag, id);
}

static struct pv_primitive value_of(struct bag *bag, struct pv_str key, const char *text, size_t len)
{
    if (len == 1 && text[0] == '-')
        return wire_null();
    if (str_is(key, "rating"))
        return wire_integer(bag_copy(bag, text, len));
    return wire_string(bag_copy(bag, text, len));
}

/* One "key=value"; short names of ids stand for the long ones. */
static void add_word(struct wire *wire, struct bag *bag, const char *word, size_t len)
{
    static const char *const kinds[] = {"election", "competition", "candidate", "voter", "ballot"};
    size_t eq = strcspn(word, "=");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i]) == eq && memcmp(word, kinds[i], eq) == 0) {
            struct buf key = {0};
            buf_format(&key, "%s_id", kinds[i]);
            wire_add(wire, bag_copy(bag, key.bytes, key.len), wire_string(id_text(bag, word[eq + 1])));
            buf_free(&key);
            return;
        }
    struct pv_str key = bag_copy(bag, word, eq);
    wire_add(wire, key, value_of(bag, key, word + eq + 1, len - eq - 1));
}

static struct pv_str type_of(struct bag *bag, const char *word, size_t len)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const char *type = cat_event((enum pv_event_type)i)->type;
        const char *name = strrchr(type, '.') + 1;
        if (strlen(name) == len && memcmp(name, word, len) == 0)
            return bag_str(bag, type);
    }
    return bag_copy(bag, word, len);
}

static void read_line(const char *line, struct wire *wire, struct bag *bag)
{
    size_t len = strcspn(line, " ");
    memset(wire, 0, sizeof *wire);
    wire->type = type_of(bag, line, len);
    wire_add(wire, PV_STR("id"), wire_string(id_text(bag, 'E')));
    for (line += len; *line == ' '; line += len) {
        line++;
        len = strcspn(line, " ");
        add_word(wire, bag, line, len);
    }
    if (wire_find(wire, "election_id") == NULL)
        wire_add(wire, PV_STR("election_id"), wire_string(id_text(bag, 'E')));
}

static void make_letter(const char *line, struct letter *letter, struct bag *bag)
{
    struct wire wire;
    struct wire_style plain = {0};
    struct buf text = {0};
    struct pv_refusal why;
    read_line(line, &wire, bag);
    wire_render_members(wire.members, wire.count, &plain, &text);
    struct pv_str data = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    if (pv_event_read(wire.type, data, bag_alloc(bag, data.len), &letter->event, &why) != PV_OK ||
        model_read(&wire, bag, &letter->fact).code != PV_CODE_NONE) {
        fprintf(stderr, "no event: %s\n", line);
        abort();
    }
}

size_t scope_letters(const struct scope *scope, struct letter letters[LETTERS_MAX], struct bag *bag)
{
    size_t count = 0;
    for (; scope->events[count] != NULL; count++)
        make_letter(scope->events[count], &letters[count], bag);
    return count;
}
