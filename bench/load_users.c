#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_id(char **rest, char id[PV_LOAD_ID + 1])
{
    const char *word = strtok_r(NULL, " \n", rest);
    if (word == NULL || strlen(word) != PV_LOAD_ID)
        return false;
    memcpy(id, word, PV_LOAD_ID + 1);
    return true;
}

static bool read_user(struct pv_load_user *user, char *line)
{
    char *rest, *token = strtok_r(line, " \n", &rest);
    user->token = token == NULL ? NULL : strdup(token);
    user->candidates = calloc(PV_LOAD_CANDIDATES_MAX, sizeof *user->candidates);
    if (user->token == NULL || user->candidates == NULL || !take_id(&rest, user->election) ||
        !take_id(&rest, user->ballot) || !take_id(&rest, user->competition))
        return false;
    while (user->candidate_count < PV_LOAD_CANDIDATES_MAX &&
           take_id(&rest, user->candidates[user->candidate_count]))
        user->candidate_count++;
    return user->candidate_count > 0;
}

static bool add_user(struct pv_load_users *users, char *line)
{
    struct pv_load_user *grown = realloc(users->list, (users->count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    users->list = grown;
    grown[users->count] = (struct pv_load_user){.token = NULL};
    return read_user(&grown[users->count++], line);
}

bool pv_load_users_read(struct pv_load_users *users, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    bool ok = file != NULL;
    *users = (struct pv_load_users){NULL, 0};
    while (ok && getline(&line, &size, file) >= 0)
        ok = add_user(users, line);
    if (file != NULL)
        fclose(file);
    free(line);
    if (!ok || users->count == 0)
        fprintf(stderr, "pv-bench-load: %s: cannot be read, or line %zu is no user\n", path, users->count);
    return ok && users->count > 0;
}

void pv_load_users_free(struct pv_load_users *users)
{
    for (size_t i = 0; i < users->count; i++) {
        free(users->list[i].token);
        free(users->list[i].candidates);
    }
    free(users->list);
}
