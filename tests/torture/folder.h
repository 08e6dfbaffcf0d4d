/* The few small files and folders that the torture works on. What cannot be done ends the program. */
#ifndef PV_FOLDER_H
#define PV_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

enum { PATH_LEN = 512 };

/* Ends the program: the torture itself could not go on. */
_Noreturn void die(const char *what, const char *which);

/* A text file, cut to `size` with its final NUL. */
void read_file(const char *path, char *to, size_t size);
bool is_there(const char *path);
bool same_bytes(const char *a, const char *b);
/* A file, or a folder of files. */
void copy_entry(const char *from, const char *to);
/* Makes the folder, or removes what is in it. */
void empty_folder(const char *dir);
/* How many of its files end in `suffix`; they are removed. */
size_t remove_files(const char *dir, const char *suffix);

size_t open_files(void);

#endif
