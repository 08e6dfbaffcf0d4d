/* SQLite on a simulated disk: a file system of SQLite's own kind (a VFS) named "disk", with locks and shared
   memory, so that a store runs on it as it does on a real one. */
#ifndef PV_TEST_DISK_VFS_H
#define PV_TEST_DISK_VFS_H

#include "disk.h"

#define DISK_VFS "disk"

/* Registers them, once. */
void disk_vfs_register(void);
/* The same without shared memory, as network file systems are: SQLite cannot keep a log there. */
#define DISK_VFS_PLAIN "disk-plain"

/* The disk that files are opened on from now on. */
void disk_vfs_use(struct disk *disk);

#endif
