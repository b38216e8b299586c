/* Characters of the text, and tokens as they are made. */
#include "tool/math/read_bytes.h"

enum { TOKENS_MOST = 4 * MATH_NODES_MOST };

uint32_t math_decode(const char *text, uint32_t left, uint32_t *bytes) {
    const unsigned char *b = (const unsigned char *)text;
    *bytes = (uint32_t)cairn_utf8_character(text, left);
    switch (*bytes) {
    case 1:
        return b[0];
    case 2:
        return (uint32_t)(b[0] & 31) << 6 | (b[1] & 63);
    case 3:
        return (uint32_t)(b[0] & 15) << 12 | (uint32_t)(b[1] & 63) << 6 | (b[2] & 63);
    case 4:
        return (uint32_t)(b[0] & 7) << 18 | (uint32_t)(b[1] & 63) << 12 | (uint32_t)(b[2] & 63) << 6 | (b[3] & 63);
    default:
        *bytes = 1;
        return 0;
    }
}

/* The calculator reads signs in a row as one: a - -b is a + b. */
static bool joins_sign(math_reader *r, math_token_kind kind, uint32_t end) {
    math_token *last = r->tokens ? &r->token[r->tokens - 1] : NULL;
    if (!r->calculator || !last || (kind != TOKEN_PLUS && kind != TOKEN_MINUS) ||
        (last->kind != TOKEN_PLUS && last->kind != TOKEN_MINUS))
        return false;
    last->kind = last->kind == kind ? TOKEN_PLUS : TOKEN_MINUS;
    last->end = end;
    r->pending = 0;
    return true;
}

math_token *math_emit(math_reader *r, math_token_kind kind, uint32_t start, uint32_t end) {
    if (joins_sign(r, kind, end)) return &r->token[r->tokens - 1];
    if (r->tokens + 1 >= r->capacity) {
        uint32_t room = r->capacity ? 2 * r->capacity : 32;
        if (r->tokens >= TOKENS_MOST && r->calculator && kind != TOKEN_END) {
            r->cut = true;
            r->byte = r->length;
            r->tokens -= MATH_TOKENS_AHEAD + 2; /* room for the end */
            return &r->token[r->tokens];
        }
        if (r->tokens >= TOKENS_MOST) r->status = cairn_fail(r->ctx, CAIRN_LIMIT, "a formula of too many parts");
        math_token *grown = r->status == CAIRN_OK ? cairn_arena_alloc(r->arena, room, sizeof *grown) : NULL;
        if (!grown) {
            if (r->status == CAIRN_OK) r->status = CAIRN_NO_MEMORY;
            r->byte = r->length;
            if (r->tokens) r->tokens--;
        } else {
            if (r->tokens) memcpy(grown, r->token, r->tokens * sizeof *grown);
            r->token = grown;
            r->capacity = room;
        }
        if (!r->token) return NULL;
    }
    math_token *t = &r->token[r->tokens++];
    *t = (math_token){kind, r->pending | (r->roman ? TOKEN_FLAG_ROMAN : 0), 0, start, end, NULL};
    r->pending = 0;
    r->delimiter = 0;
    return t;
}

void math_emit_text(math_reader *r, math_token_kind kind, uint32_t start, uint32_t end, const char *text) {
    math_token *t = math_emit(r, kind, start, end);
    if (!text && r->status == CAIRN_OK) r->status = CAIRN_NO_MEMORY;
    if (t) t->text = text;
}

void math_emit_value(math_reader *r, math_token_kind kind, uint32_t start, uint32_t end, int32_t value) {
    math_token *t = math_emit(r, kind, start, end);
    if (t) t->value = value;
}

/* One byte as a token. */
