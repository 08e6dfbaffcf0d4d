/* Where a crash can be, a row each: SIM_PLACE(TAG, words). */

/* clang-format off */
SIM_PLACE(APPEND, "append")
SIM_PLACE(LOG, "refusal")
SIM_PLACE(PUT, "put")
SIM_PLACE(REMOVE, "removal")
SIM_PLACE(CHECKPOINT, "checkpoint")
SIM_PLACE(PUBLISH, "publishing")
SIM_PLACE(REPLY, "reply")
SIM_PLACE(ACK, "acknowledging")
/* clang-format on */
