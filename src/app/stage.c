#include "stage.h"

#include <stdlib.h>
#include <string.h>

enum { STAGE_RECORDS = 8192, STAGE_BYTES = 8 << 20 };

struct pv_stage {
    struct pv_event_store *store;
    size_t count, used;
    struct pv_recorded records[STAGE_RECORDS];
    char bytes[STAGE_BYTES];
};

struct pv_stage *pv_stage_new(struct pv_event_store *store)
{
    struct pv_stage *stage = malloc(sizeof *stage);
    if (stage != NULL) {
        stage->store = store;
        stage->count = stage->used = 0;
    }
    return stage;
}

void pv_stage_free(struct pv_stage *stage)
{
    free(stage);
}

static size_t size_of(const struct pv_recorded *record)
{
    return record->stream.len + record->type.len + record->data.len + record->id.len + record->created.len +
           record->metadata.len;
}

/* A text that is absent stays so. */
static struct pv_str keep(struct pv_stage *stage, struct pv_str text)
{
    if (text.ptr == NULL)
        return text;
    char *copy = stage->bytes + stage->used;
    memcpy(copy, text.ptr, text.len);
    stage->used += text.len;
    return (struct pv_str){copy, text.len};
}

enum pv_store_result pv_stage_add(struct pv_stage *stage, const struct pv_recorded *record,
                                  struct pv_fault *fault)
{
    size_t size = size_of(record);
    if (stage->count == STAGE_RECORDS || size > STAGE_BYTES - stage->used) {
        enum pv_store_result result = pv_stage_flush(stage, fault);
        if (result != PV_STORE_OK)
            return result;
    }
    if (size > STAGE_BYTES)
        return stage->store->ops->copy(stage->store->self, record, 1, fault);
    stage->records[stage->count++] = (struct pv_recorded){
        .stream = keep(stage, record->stream),
        .number = record->number,
        .type = keep(stage, record->type),
        .data = keep(stage, record->data),
        .id = keep(stage, record->id),
        .created = keep(stage, record->created),
        .position = record->position,
        .metadata = keep(stage, record->metadata),
    };
    return PV_STORE_OK;
}

enum pv_store_result pv_stage_flush(struct pv_stage *stage, struct pv_fault *fault)
{
    if (stage->count == 0)
        return PV_STORE_OK;
    enum pv_store_result result =
        stage->store->ops->copy(stage->store->self, stage->records, stage->count, fault);
    stage->count = stage->used = 0;
    return result;
}
