#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void die(const char *what, const char *which)
{
    (void)printf("FAILED torture: cannot %s %s: %s\n", what, which, strerror(errno));
    exit(1);
}

void read_file(const char *path, char *to, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("read", path);
    size_t len = fread(to, 1, size - 1, file);
    to[len] = '\0';
    (void)fclose(file);
}

bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

bool same_bytes(const char *a, const char *b)
{
    FILE *left = fopen(a, "rb"), *right = fopen(b, "rb");
    if (left == NULL || right == NULL)
        die("compare", a);
    int one, other;
    do {
        one = getc(left);
        other = getc(right);
    } while (one == other && one != EOF);
    (void)fclose(left);
    (void)fclose(right);
    return one == other;
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (in == NULL || out == NULL)
        die("copy", from);
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, in)) > 0;) {
        if (fwrite(bytes, 1, len, out) != len)
            die("write", to);
    }
    (void)fclose(in);
    if (fclose(out) != 0)
        die("write", to);
}

/* Calls `each` with every entry of a folder. */
static void walk(const char *dir, const char *other, void (*each)(const char *path, const char *other_path))
{
    char path[PATH_LEN * 2], other_path[PATH_LEN * 2];
    DIR *entries = opendir(dir);
    if (entries == NULL)
        die("list", dir);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        (void)snprintf(other_path, sizeof other_path, "%s/%s", other, entry->d_name);
        each(path, other_path);
    }
    (void)closedir(entries);
}

static void remove_file(const char *path, const char *unused)
{
    (void)unused;
    (void)unlink(path);
}

/* A cache's folder is one level below the run's. */
static void remove_entry(const char *path, const char *unused)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        walk(path, "", remove_file);
        (void)rmdir(path);
    } else {
        remove_file(path, unused);
    }
}

void copy_entry(const char *from, const char *to)
{
    struct stat status;
    if (stat(from, &status) != 0)
        die("find", from);
    if (!S_ISDIR(status.st_mode)) {
        copy_file(from, to);
        return;
    }
    if (mkdir(to, 0700) != 0)
        die("make", to);
    walk(from, to, copy_file);
}

void empty_folder(const char *dir)
{
    if (mkdir(dir, 0700) != 0 && errno == EEXIST)
        walk(dir, "", remove_entry);
}

size_t remove_files(const char *dir, const char *suffix)
{
    char path[PATH_LEN * 2];
    size_t removed = 0, suffix_len = strlen(suffix);
    DIR *entries = opendir(dir);
    if (entries == NULL)
        die("list", dir);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len < suffix_len || strcmp(entry->d_name + len - suffix_len, suffix) != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        removed += unlink(path) == 0;
    }
    (void)closedir(entries);
    return removed;
}

size_t open_files(void)
{
    size_t count = 0;
    DIR *entries = opendir("/proc/self/fd");
    if (entries == NULL)
        die("list", "open files");
    while (readdir(entries) != NULL)
        count++;
    (void)closedir(entries);
    return count;
}
