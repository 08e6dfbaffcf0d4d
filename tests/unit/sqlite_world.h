/* The history that the SQLite store and cache, in one file, are put through: the file made, streams begun and
   gone on with, documents put whole and in part, the log written back in each way, a new start. */
#ifndef PV_TEST_SQLITE_WORLD_H
#define PV_TEST_SQLITE_WORLD_H

#include "disk_vfs.h"
#include "world.h"

/* Ready to be played on the disk. */
void sqlite_world_make(struct world *world, struct disk *disk);
/* Whether SQLite itself finds the file sound; the world must be closed. */
bool sqlite_world_is_sound(void);

#endif
