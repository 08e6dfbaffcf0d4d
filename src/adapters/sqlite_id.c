#include "sqlite_id.h"

#include <string.h>

void pv_id_to_bytes(struct pv_bits128 bits, unsigned char bytes[PV_ID_BYTES])
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(bits.hi >> (56 - 8 * i));
        bytes[8 + i] = (unsigned char)(bits.lo >> (56 - 8 * i));
    }
}

static struct pv_bits128 from_bytes(const unsigned char bytes[PV_ID_BYTES])
{
    struct pv_bits128 bits = {0, 0};
    for (int i = 0; i < 8; i++) {
        bits.hi = bits.hi << 8 | bytes[i];
        bits.lo = bits.lo << 8 | bytes[8 + i];
    }
    return bits;
}

/* Writes the bits as one spelling or the other, and gives the text. */
static struct pv_str spell(struct pv_bits128 bits, enum pv_spelling spelling, char scratch[PV_UUID_LEN])
{
    if (spelling == PV_SPELLING_UUID) {
        pv_uuid_format(bits, scratch);
        return (struct pv_str){scratch, PV_UUID_LEN};
    }
    pv_ulid_format(bits, scratch);
    return (struct pv_str){scratch, PV_ULID_LEN};
}

int pv_sqlite_bind_event_id(sqlite3_stmt *statement, int index, struct pv_event_id id)
{
    unsigned char bytes[PV_ID_BYTES];
    pv_id_to_bytes(id.bits, bytes);
    return sqlite3_bind_blob(statement, index, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

int pv_sqlite_bind_id(sqlite3_stmt *statement, int id, int spelling, struct pv_str text)
{
    struct pv_event_id parsed;
    if (text.ptr == NULL || pv_event_id_parse(text, &parsed) != PV_CODE_NONE) {
        int status = sqlite3_bind_null(statement, id);
        return status == SQLITE_OK ? pv_sqlite_bind(statement, spelling, text) : status;
    }
    int status = pv_sqlite_bind_event_id(statement, id, parsed);
    if (status != SQLITE_OK)
        return status;
    char scratch[PV_UUID_LEN];
    enum pv_spelling usual = text.len == PV_UUID_LEN ? PV_SPELLING_UUID : PV_SPELLING_ULID;
    if (pv_str_equal(spell(parsed.bits, usual, scratch), text))
        return sqlite3_bind_int(statement, spelling, (int)usual);
    return pv_sqlite_bind(statement, spelling, text);
}

bool pv_sqlite_column_id(sqlite3_stmt *statement, int id, int spelling, char scratch[PV_UUID_LEN],
                         struct pv_str *text)
{
    int type = sqlite3_column_type(statement, spelling);
    if (type != SQLITE_INTEGER) {
        *text = pv_sqlite_column(statement, spelling);
        return type == SQLITE_NULL || type == SQLITE_TEXT;
    }
    struct pv_str bytes = pv_sqlite_column(statement, id);
    if (bytes.len != PV_ID_BYTES)
        return false;
    enum pv_spelling as = sqlite3_column_int(statement, spelling) ? PV_SPELLING_UUID : PV_SPELLING_ULID;
    *text = spell(from_bytes((const unsigned char *)bytes.ptr), as, scratch);
    return true;
}
