/* A directory of small files of which each is replaced at once or not at all. Internal to the adapters that
 * keep files. */
#ifndef PV_FILE_DIR_H
#define PV_FILE_DIR_H

#include "adapters.h"

struct pv_dir {
    int fd;
    char *path; /* as the user gave it, for faults */
};

enum pv_dir_result {
    PV_DIR_OK = 0,
    PV_DIR_MISSING = 1, /* there is no such file */
    PV_DIR_FAULT = -1,
};

/* Opens the directory; `make` makes it if it is not there. False: nothing is open. */
bool pv_dir_open(struct pv_dir *dir, const char *path, bool make, struct pv_fault *fault) PV_MUST_USE;
void pv_dir_close(struct pv_dir *dir);

enum pv_dir_lock { PV_DIR_SHARED, PV_DIR_EXCLUSIVE };
/* Waits for the lock of the directory; a signal whose handler does not restart what it interrupts ends that
   (PV_FAULT_KIND_INTERRUPTED). Whoever replaces or removes must hold it alone. */
bool pv_dir_lock(const struct pv_dir *dir, enum pv_dir_lock how, struct pv_fault *fault) PV_MUST_USE;
void pv_dir_unlock(const struct pv_dir *dir);

/* The file holds the pieces, one behind the other, when this is true, also after a power cut; when it is
   false it is as it was before, or it holds them. */
bool pv_dir_replace(const struct pv_dir *dir, const char *name, const struct pv_str *pieces, size_t count,
                    struct pv_fault *fault) PV_MUST_USE;
/* Reads a file; *bytes is the caller's to free, and has an address even if the file is empty. */
enum pv_dir_result pv_dir_read(const struct pv_dir *dir, const char *name, struct pv_text *bytes,
                               struct pv_fault *fault) PV_MUST_USE;
/* The same of a file that only its owner may read and change, of PV_DIR_SECRET_MAX bytes at most: it is made
   so (mode 0600), and one that others may read or change is PV_FAULT_KIND_DENIED. */
enum { PV_DIR_SECRET_MAX = 16384 };
bool pv_dir_replace_secret(const struct pv_dir *dir, const char *name, struct pv_str bytes,
                           struct pv_fault *fault) PV_MUST_USE;
enum pv_dir_result pv_dir_read_secret(const struct pv_dir *dir, const char *name, struct pv_text *bytes,
                                      struct pv_fault *fault) PV_MUST_USE;
enum pv_dir_result pv_dir_remove(const struct pv_dir *dir, const char *name,
                                 struct pv_fault *fault) PV_MUST_USE;
/* Shows the names of all files, in no order; what is no regular file is left out. `visit` returns false to
   stop with a fault for lack of memory. */
bool pv_dir_list(const struct pv_dir *dir, bool (*visit)(void *context, const char *name), void *context,
                 struct pv_fault *fault) PV_MUST_USE;

#endif
