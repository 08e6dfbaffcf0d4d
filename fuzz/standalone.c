/* The plain runner: a target without a fuzzer. Runs files and the files of folders, each as a block of
   exactly its size.

       fuzz_TARGET [--min N] PATH...

   Exit status: 0 all held, 1 fewer than N inputs, 2 usage or an input that cannot be read. What an oracle
   finds aborts. */
#include "kit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which input it was: what ends the program tells only why. */
static char last_words[4200];

static void tell_last_words(void)
{
    ssize_t written = write(STDERR_FILENO, last_words, strlen(last_words));
    (void)written;
}

static void on_abort(int number)
{
    tell_last_words();
    signal(number, SIG_DFL);
    raise(number);
}

/* The sanitizers' own hook, where there is one. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static int cannot_read(const char *path)
{
    fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
    return 2;
}

static int run_bytes(FILE *file, const char *path, size_t size)
{
    uint8_t *bytes = kit_room(size);
    size_t got = fread(bytes, 1, size, file);
    if (got == size)
        (void)LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return got == size ? 0 : cannot_read(path);
}

static int run_file(const char *path, size_t size, unsigned long *count)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return cannot_read(path);
    snprintf(last_words, sizeof last_words, "the input was %s\n", path);
    int status = run_bytes(file, path, size);
    fclose(file);
    ++*count;
    return status;
}

static int run_entry(const char *folder, const char *name, unsigned long *count)
{
    char path[4096];
    struct stat info = {0};
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path || stat(path, &info) != 0)
        return cannot_read(folder);
    return S_ISREG(info.st_mode) ? run_file(path, (size_t)info.st_size, count) : 0;
}

static int run_folder(const char *path, unsigned long *count)
{
    int status = 0;
    const struct dirent *entry;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return cannot_read(path);
    while (status == 0 && (entry = readdir(folder)) != NULL)
        status = run_entry(path, entry->d_name, count);
    closedir(folder);
    return status;
}

static int run_path(const char *path, unsigned long *count)
{
    struct stat info = {0}; /* MSan does not know that stat writes it */
    if (stat(path, &info) != 0)
        return cannot_read(path);
    return S_ISDIR(info.st_mode) ? run_folder(path, count) : run_file(path, (size_t)info.st_size, count);
}

int main(int argc, char **argv)
{
    unsigned long least = 1, count = 0;
    int first = 1, status = 0;
    if (argc > 2 && strcmp(argv[1], "--min") == 0) {
        least = strtoul(argv[2], NULL, 10);
        first = 3;
    }
    if (first >= argc || argv[first][0] == '-') {
        fprintf(stderr, "usage: %s [--min N] PATH...\n", argv[0]);
        return 2;
    }
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(tell_last_words);
    for (int i = first; status == 0 && i < argc; i++)
        status = run_path(argv[i], &count);
    if (status != 0)
        return status;
    printf("%lu inputs held\n", count);
    if (count >= least)
        return 0;
    fprintf(stderr, "FUZZ only %lu inputs, fewer than %lu\n", count, least);
    return 1;
}
