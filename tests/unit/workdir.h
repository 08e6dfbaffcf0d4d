/* A directory of its own for a test, under the working directory (or, where nobody else may be able to go
   there, under the system's temporary one), with everything in it thrown away at the end. */
#ifndef PV_WORKDIR_H
#define PV_WORKDIR_H

enum { WORKDIR_PATH_MAX = 256 };

struct workdir {
    char path[WORKDIR_PATH_MAX];
};

/* Ends the program if it cannot. */
void workdir_make(struct workdir *dir);
void workdir_make_public(struct workdir *dir);
/* Files and empty directories in it go too. */
void workdir_remove(const struct workdir *dir);
/* PATH/name in a buffer that the next call but seven overwrites. */
const char *workdir_file(const struct workdir *dir, const char *name);

#endif
