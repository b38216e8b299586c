/* Event files as TensorBoard reads them: what was measured after a step, a record each. Layer: learn.
 *
 * A file is a row of records: length (u64), masked CRC-32C of the length's bytes, data, masked CRC-32C of the data, all
 * little-endian. The data of a record is an Event in protobuf's encoding: wall_time (1, double), step (2, varint),
 * file_version (3, only in the first record) or summary (5), which repeats value (1): tag (1, string), simple_value (2,
 * float).
 *
 * A file is named by its first step, "events.out.tfevents.0000000000000013.cairn": a run that continues takes a new
 * file, and no step stands in two. */
#ifndef CAIRN_LEARN_EVENTS_H
#define CAIRN_LEARN_EVENTS_H

#include "cairn/learn.h"

typedef struct events events;

/* CRC-32C (Castagnoli): reflected polynomial 0x82F63B78. */
uint32_t events_crc(const void *bytes, size_t length);

/* Opens the file of step done + 1 and on in `folder`, which is made when it is not there. What earlier files of this
 * name say of later steps is taken out, so is a last record that was cut off; other files are left alone. Errors: IO;
 * NO_MEMORY. */
cairn_status events_open(cairn_ctx *ctx, const char *folder, int64_t done, events **out);
void events_close(events *e); /* NULL is fine */
/* Adds one record, written at once. Numbers that were not measured are left out. */
cairn_status events_write(events *e, const cairn_learn_point *point);

#endif
