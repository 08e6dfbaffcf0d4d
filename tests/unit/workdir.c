#include "workdir.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(struct workdir *dir, const char *template)
{
    (void)snprintf(dir->path, sizeof dir->path, "%s", template);
    if (mkdtemp(dir->path) == NULL) {
        perror(dir->path);
        exit(2);
    }
}

void workdir_make(struct workdir *dir)
{
    make(dir, "pv-work-XXXXXX");
}

void workdir_make_public(struct workdir *dir)
{
    char template[WORKDIR_PATH_MAX];
    const char *temporary = getenv("TMPDIR");
    (void)snprintf(template, sizeof template, "%s/pv-work-XXXXXX", temporary != NULL ? temporary : "/tmp");
    make(dir, template);
    if (chmod(dir->path, 0755) != 0) {
        perror(dir->path);
        exit(2);
    }
}

static void remove_one(const char *path)
{
    if (remove(path) == 0)
        return;
    /* A directory that is not empty: one level of files. */
    DIR *open = opendir(path);
    const struct dirent *entry;
    while (open != NULL && (entry = readdir(open)) != NULL) {
        char inner[4 * WORKDIR_PATH_MAX];
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)remove(inner);
    }
    if (open != NULL)
        (void)closedir(open);
    (void)remove(path);
}

void workdir_remove(const struct workdir *dir)
{
    (void)chmod(dir->path, 0755);
    DIR *open = opendir(dir->path);
    const struct dirent *entry;
    while (open != NULL && (entry = readdir(open)) != NULL) {
        char path[2 * WORKDIR_PATH_MAX + 2];
        (void)snprintf(path, sizeof path, "%s/%s", dir->path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_one(path);
    }
    if (open != NULL)
        (void)closedir(open);
    (void)rmdir(dir->path);
}

const char *workdir_file(const struct workdir *dir, const char *name)
{
    static char paths[8][2 * WORKDIR_PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir->path, name);
    return path;
}
