/* Text to tokens. Each piece is a list of tokens, one a byte at first; a heap holds the pairs that a rule can merge, by
 * rule and then by place. An entry whose pair is gone is dropped when it comes to the top. A piece of n bytes has n - 1
 * pairs at first and two more a merge, of which there are at most n - 1: n log n in all. */
#include <string.h>

#include "model/pieces.h"
#include "model/tokenizer.h"

#define MOST_PIECE ((size_t)1 << 30) /* bytes */
enum { ON_STACK = 128, NONE = -1 };

typedef struct link {
    int32_t token, previous, next; /* token NONE: merged away */
} link;

typedef struct candidate {
    int32_t merge, at; /* rule; place of its left token */
} candidate;

typedef struct merging {
    const cairn_tokenizer *tokenizer;
    link *links;     /* [bytes of the piece] */
    candidate *heap; /* [2 * bytes of the piece] */
    size_t n_heap;
} merging;

static bool before(candidate a, candidate b) {
    return a.merge != b.merge ? a.merge < b.merge : a.at < b.at;
}

static void push(merging *m, candidate c) {
    size_t i = m->n_heap++;
    for (; i > 0 && before(c, m->heap[(i - 1) / 2]); i = (i - 1) / 2) m->heap[i] = m->heap[(i - 1) / 2];
    m->heap[i] = c;
}

static candidate pop(merging *m) {
    candidate top = m->heap[0], last = m->heap[--m->n_heap];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < m->n_heap; i = child) {
        if (child + 1 < m->n_heap && before(m->heap[child + 1], m->heap[child])) child++;
        if (!before(m->heap[child], last)) break;
        m->heap[i] = m->heap[child];
    }
    m->heap[i] = last;
    return top;
}

/* Notes the pair that starts at `at`, when a rule merges it. */
static void consider(merging *m, int32_t at) {
    const link *l = &m->links[at];
    if (l->next == NONE) return;
    int32_t merge = tokenizer_merge_of(m->tokenizer, l->token, m->links[l->next].token);
    if (merge >= 0) push(m, (candidate){merge, at});
}

static void merge_pairs(merging *m) {
    while (m->n_heap > 0) {
        candidate c = pop(m);
        const tokenizer_merge *rule = &m->tokenizer->merges[c.merge];
        link *left = &m->links[c.at];
        if (left->token != rule->left || left->next == NONE) continue;
        link *right = &m->links[left->next];
        if (right->token != rule->right) continue;
        left->token = rule->result;
        right->token = NONE;
        left->next = right->next;
        if (left->next != NONE) m->links[left->next].previous = c.at;
        if (left->previous != NONE) consider(m, left->previous);
        consider(m, c.at);
    }
}

static void merge_piece(merging *m, const char *piece, int32_t length) {
    for (int32_t i = 0; i < length; i++)
        m->links[i] = (link){m->tokenizer->byte_token[(unsigned char)piece[i]], i - 1, i + 1 < length ? i + 1 : NONE};
    m->n_heap = 0;
    for (int32_t i = 0; i < length; i++) consider(m, i);
    merge_pairs(m);
}

static cairn_status collect(cairn_ctx *ctx, const merging *m, cairn_tokens *out) {
    for (int32_t i = 0; i != NONE; i = m->links[i].next) CAIRN_TRY(cairn_tokens_add(ctx, out, m->links[i].token));
    return CAIRN_OK;
}

static cairn_status encode_long(cairn_ctx *ctx, const cairn_tokenizer *t, const char *piece, size_t length,
                                cairn_tokens *out) {
    if (length >= MOST_PIECE)
        return cairn_fail(ctx, CAIRN_LIMIT, "a piece of text has %zu bytes, at most %zu are read", length,
                          MOST_PIECE - 1);
    merging m = {.tokenizer = t, .links = cairn_alloc(ctx, length, sizeof *m.links)};
    if (m.links) m.heap = cairn_alloc(ctx, 2 * length, sizeof *m.heap);
    cairn_status status = m.heap ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        merge_piece(&m, piece, (int32_t)length);
        status = collect(ctx, &m, out);
    }
    cairn_free(m.links);
    cairn_free(m.heap);
    return status;
}

cairn_status tokenizer_encode_piece(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, const char *piece, size_t length,
                                    cairn_tokens *out) {
    link links[ON_STACK];
    candidate heap[2 * ON_STACK];
    merging m = {.tokenizer = tokenizer, .links = links, .heap = heap};
    if (length == 1) return cairn_tokens_add(ctx, out, tokenizer->byte_token[(unsigned char)piece[0]]);
    if (length > ON_STACK) return encode_long(ctx, tokenizer, piece, length, out);
    merge_piece(&m, piece, (int32_t)length);
    return collect(ctx, &m, out);
}

cairn_status cairn_tokenizer_encode(cairn_ctx *ctx, const cairn_tokenizer *tokenizer, const char *text, size_t length,
                                    cairn_tokens *out) {
    size_t before_count = out->count;
    for (size_t at = 0, piece; at < length; at += piece) {
        piece = piece_length(text + at, length - at);
        cairn_status status = tokenizer_encode_piece(ctx, tokenizer, text + at, piece, out);
        if (status != CAIRN_OK) {
            out->count = before_count;
            return status;
        }
    }
    return CAIRN_OK;
}

cairn_status cairn_tokens_add(cairn_ctx *ctx, cairn_tokens *tokens, int32_t token) {
    if (tokens->count == tokens->capacity) {
        void *block = tokens->ids;
        CAIRN_TRY(cairn_grow(ctx, &block, &tokens->capacity, tokens->count + 1, sizeof *tokens->ids));
        tokens->ids = block;
    }
    tokens->ids[tokens->count++] = token;
    return CAIRN_OK;
}

void cairn_tokens_free(cairn_tokens *tokens) {
    cairn_free(tokens->ids);
    *tokens = (cairn_tokens){0};
}
