/* Files on a simulated disk: the system calls of the file cache, caught by the linker (the list is in
   stores.cmake), on one directory named "cache". Reads and writes move a part at a time. */
#ifndef PV_TEST_DISK_FILES_H
#define PV_TEST_DISK_FILES_H

#include "disk.h"

struct disk_files {
    struct disk *inside; /* what is in the directory; plans are made with this one */
    struct disk *above;  /* the directory's own name */
    int error;           /* errno of a call that fails */
    bool shrinks;        /* a file that was looked at is empty when it is read */
};

#define DISK_FILES_DIR "cache"

void disk_files_make(struct disk_files *files);
void disk_files_free(struct disk_files *files);
/* What is there after a power cut. */
void disk_files_after_cut(const struct disk_files *files, enum disk_survivors survivors, uint64_t seed,
                          struct disk_files *after);
/* The disk that the calls are about from now on. */
void disk_files_use(struct disk_files *files);
/* How many descriptors and directories are open. */
unsigned disk_files_open(void);

#endif
