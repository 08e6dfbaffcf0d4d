#include "sqlite_id.h"

enum { ID_BYTES = 16 };

int pv_sqlite_bind_bits(sqlite3_stmt *statement, int index, struct pv_bits128 bits)
{
    unsigned char bytes[ID_BYTES];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(bits.hi >> (56 - 8 * i));
        bytes[8 + i] = (unsigned char)(bits.lo >> (56 - 8 * i));
    }
    return sqlite3_bind_blob(statement, index, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

bool pv_sqlite_column_bits(sqlite3_stmt *statement, int column, struct pv_bits128 *bits)
{
    struct pv_str bytes = pv_sqlite_column(statement, column);
    if (bytes.len != ID_BYTES)
        return false;
    *bits = (struct pv_bits128){0, 0};
    for (int i = 0; i < 8; i++) {
        bits->hi = bits->hi << 8 | (unsigned char)bytes.ptr[i];
        bits->lo = bits->lo << 8 | (unsigned char)bytes.ptr[8 + i];
    }
    return true;
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

int pv_sqlite_bind_id(sqlite3_stmt *statement, int id, int spelling, struct pv_str text)
{
    struct pv_event_id parsed;
    if (text.ptr == NULL || pv_event_id_parse(text, &parsed) != PV_CODE_NONE) {
        int status = sqlite3_bind_null(statement, id);
        return status == SQLITE_OK ? pv_sqlite_bind(statement, spelling, text) : status;
    }
    int status = pv_sqlite_bind_bits(statement, id, parsed.bits);
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
    struct pv_bits128 bits;
    if (!pv_sqlite_column_bits(statement, id, &bits))
        return false;
    enum pv_spelling as = sqlite3_column_int(statement, spelling) ? PV_SPELLING_UUID : PV_SPELLING_ULID;
    *text = spell(bits, as, scratch);
    return true;
}
