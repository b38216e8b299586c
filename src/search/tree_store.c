/* The memory of trees: growing blocks, text chunks, the table of columns. */
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "search/tree_store.h"

/* Below this a block is copied when it grows; above it the kernel moves its pages. */
#define MAP_FROM_BYTES ((size_t)128 << 10)
/* What a reset tree keeps at least: columns of about this many bytes in all, and as much again of texts and of token
 * ids. It also keeps what the tree just finished did use: the next one is likely to be like it. */
#define KEEP_BYTES     ((size_t)1 << 20)
#define FIRST_CAPACITY 64u

/* ---- blocks ------------------------------------------------------------------------------------------------------- */

static size_t round_to_pages(size_t bytes) {
    return (bytes + 4095) & ~(size_t)4095;
}

static cairn_status block_map(cairn_ctx *ctx, block *b, size_t bytes) {
    void *probe = cairn_alloc(ctx, 1, 1); /* a mapping counts as one allocation for fault injection */
    if (!probe) return CAIRN_NO_MEMORY;
    cairn_free(probe);
    bytes = round_to_pages(bytes);
    void *data;
    if (b->mapped)
        data = mremap(b->data, b->bytes, bytes, MREMAP_MAYMOVE);
    else
        data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) return cairn_fail(ctx, CAIRN_NO_MEMORY, "search tree: no memory for %zu bytes", bytes);
    if (!b->mapped) {
        if (b->data) memcpy(data, b->data, b->bytes);
        cairn_free(b->data);
    }
    *b = (block){data, bytes, true};
    return CAIRN_OK;
}

cairn_status block_grow(cairn_ctx *ctx, block *b, size_t bytes) {
    if (bytes <= b->bytes) return CAIRN_OK;
    if (bytes > PTRDIFF_MAX) return cairn_fail(ctx, CAIRN_NO_MEMORY, "search tree: no memory for %zu bytes", bytes);
    if (b->mapped || bytes >= MAP_FROM_BYTES) return block_map(ctx, b, bytes);
    void *data = cairn_alloc(ctx, bytes, 1);
    if (!data) return CAIRN_NO_MEMORY;
    if (b->data) memcpy(data, b->data, b->bytes);
    cairn_free(b->data);
    *b = (block){data, bytes, false};
    return CAIRN_OK;
}

void block_shrink(block *b, size_t bytes) {
    bytes = round_to_pages(bytes);
    if (!b->mapped || bytes >= b->bytes || bytes == 0) return;
    if (mremap(b->data, b->bytes, bytes, 0) == MAP_FAILED) return; /* then the block just stays large */
    b->bytes = bytes;
}

void block_free(block *b) {
    if (b->mapped)
        munmap(b->data, b->bytes);
    else
        cairn_free(b->data);
    *b = (block){NULL, 0, false};
}

/* ---- chunks ------------------------------------------------------------------------------------------------------- */

static int chunk_of(const chunks *c, uint64_t at) {
    return 63 - __builtin_clzll(at / c->first + 1);
}
static uint64_t chunk_start(const chunks *c, int k) {
    return c->first * ((UINT64_C(1) << k) - 1);
}

cairn_status chunks_take(cairn_ctx *ctx, chunks *c, uint64_t n, uint32_t *at, void **place) {
    uint64_t from = c->used;
    int k = chunk_of(c, from);
    while (k < CHUNKS && n > chunk_start(c, k + 1) - from) from = chunk_start(c, ++k);
    if (k >= CHUNKS || from + n > UINT32_MAX)
        return cairn_fail(ctx, CAIRN_LIMIT, "search tree: more than 2^32 bytes of text or token ids");
    CAIRN_TRY(block_grow(ctx, &c->chunk[k], ((size_t)c->first << k) * c->element));
    c->used = from + n;
    *at = (uint32_t)from;
    *place = (char *)c->chunk[k].data + (from - chunk_start(c, k)) * c->element;
    return CAIRN_OK;
}

const void *chunks_at(const chunks *c, uint32_t at) {
    int k = chunk_of(c, at);
    return (const char *)c->chunk[k].data + (at - chunk_start(c, k)) * c->element;
}

void chunks_reset(chunks *c, size_t keep_bytes) {
    for (int k = 0; k < CHUNKS; k++)
        if (chunk_start(c, k) >= c->used && chunk_start(c, k + 1) * c->element > keep_bytes) block_free(&c->chunk[k]);
    c->used = 0;
}

size_t chunks_bytes(const chunks *c) {
    size_t sum = 0;
    for (int k = 0; k < CHUNKS; k++) sum += c->chunk[k].bytes;
    return sum;
}

/* ---- columns ------------------------------------------------------------------------------------------------------ */

#define COLUMN(name) \
    { offsetof(cairn_tree, name), sizeof(*((cairn_tree *)0)->name) }
/* One of each role. */
#define COLUMNS(name)                                                                                         \
    COLUMN(name[CAIRN_ROLE_GENERATOR]), COLUMN(name[CAIRN_ROLE_COMPLETER]), COLUMN(name[CAIRN_ROLE_JUDGE]),   \
        COLUMN(name[CAIRN_ROLE_CRITIC]), COLUMN(name[CAIRN_ROLE_PROVER]), COLUMN(name[CAIRN_ROLE_REFERENCE]), \
        COLUMN(name[CAIRN_ROLE_REFINER])
_Static_assert(CAIRN_ROLE_COUNT == 7, "COLUMNS has one entry a role");

static const struct {
    size_t slot; /* where the column's address lies in cairn_tree */
    size_t width;
} about_column[TREE_COLUMNS] = {
    COLUMN(parent),
    COLUMN(first_child),
    COLUMN(last_child),
    COLUMN(next_sibling),
    COLUMN(n_children),
    COLUMN(depth),
    COLUMN(kind),
    COLUMN(flags),
    COLUMN(text_at),
    COLUMN(text_length),
    COLUMN(token_at),
    COLUMN(n_tokens),
    COLUMN(key),
    COLUMN(path),
    COLUMN(draws[0]),
    COLUMN(multiplicity),
    COLUMN(logp),
    COLUMN(prior),
    COLUMN(value),
    COLUMN(total),
    COLUMN(visits),
    COLUMN(outcome),
    COLUMN(answer),
    COLUMN(verdict),
    COLUMN(observation_at),
    COLUMN(observation_length),
    COLUMN(edge_reward),
    COLUMN(discount),
    COLUMN(paid),
    COLUMNS(draws),
    COLUMNS(mc_n),
    COLUMNS(mc_ok),
    COLUMN(states),
};

size_t tree_column_width(const cairn_tree *tree, int k) {
    return k == TREE_STATES ? tree->state_bytes : about_column[k].width;
}

/* Children of a root that were all added at once, and theirs, have numbers from 1 on: row 1 starts a cache line, so
 * that the rows of 8 children never straddle one. */
#define LINE 64

static size_t lead_of(size_t width) {
    return LINE - width;
}

static size_t column_lead(int k) {
    return k == TREE_STATES ? 0 : lead_of(about_column[k].width);
}

static void column_point(cairn_tree *tree, int k, char *data) {
    if (data) data += column_lead(k);
    memcpy((char *)tree + about_column[k].slot, &data, sizeof data);
}

/* Bytes of the block of column k for so many rows; SIZE_MAX when that is more than there can be. */
static size_t column_bytes(const cairn_tree *tree, int k, size_t rows) {
    size_t bytes;
    if (__builtin_mul_overflow(rows, tree_column_width(tree, k), &bytes)) return SIZE_MAX;
    return bytes > PTRDIFF_MAX ? SIZE_MAX : bytes + column_lead(k);
}

/* Room for `capacity` rows in the blocks of score column c, and the tree's pointers to them. */
static cairn_status score_grow(cairn_ctx *ctx, cairn_tree *tree, int32_t c, size_t capacity) {
    score_blocks *b = &tree->store->scores[c];
    CAIRN_TRY(block_grow(ctx, &b->score, capacity * sizeof(float) + lead_of(sizeof(float))));
    tree->score[c] = (float *)((char *)b->score.data + lead_of(sizeof(float)));
    CAIRN_TRY(block_grow(ctx, &b->marks, capacity + lead_of(1)));
    tree->marks[c] = (uint8_t *)b->marks.data + lead_of(1);
    return CAIRN_OK;
}

cairn_status tree_columns_grow(cairn_ctx *ctx, cairn_tree *tree, uint32_t capacity) {
    struct cairn_tree_store *s = tree->store;
    if (capacity < FIRST_CAPACITY) capacity = FIRST_CAPACITY;
    for (int k = 0; k < TREE_COLUMNS; k++) {
        if (!(s->present >> k & 1)) continue;
        CAIRN_TRY(block_grow(ctx, &s->column[k], column_bytes(tree, k, capacity)));
        column_point(tree, k, s->column[k].data);
    }
    for (int32_t c = 0; c < tree->n_scores; c++) CAIRN_TRY(score_grow(ctx, tree, c, capacity));
    tree->capacity = capacity;
    return CAIRN_OK;
}

cairn_status tree_column_open(cairn_ctx *ctx, cairn_tree *tree, int k) {
    struct cairn_tree_store *s = tree->store;
    CAIRN_TRY(block_grow(ctx, &s->column[k], column_bytes(tree, k, tree->capacity)));
    s->present |= UINT64_C(1) << k;
    column_point(tree, k, s->column[k].data);
    return CAIRN_OK;
}

cairn_status tree_score_open(cairn_ctx *ctx, cairn_tree *tree) {
    struct cairn_tree_store *s = tree->store;
    size_t need = (size_t)tree->n_scores + 1;
    CAIRN_TRY(cairn_grow(ctx, (void **)&s->scores, &s->score_room, need, sizeof *s->scores));
    CAIRN_TRY(cairn_grow(ctx, (void **)&tree->score, &s->score_pointers, need, sizeof *tree->score));
    CAIRN_TRY(cairn_grow(ctx, (void **)&tree->marks, &s->mark_pointers, need, sizeof *tree->marks));
    CAIRN_TRY(cairn_grow(ctx, (void **)&tree->about_score, &s->abouts, need, sizeof *tree->about_score));
    int32_t c = tree->n_scores;
    CAIRN_TRY(score_grow(ctx, tree, c, tree->capacity));
    for (cairn_node i = 0; i < tree->count; i++) tree->score[c][i] = NAN;
    memset(tree->marks[c], 0, tree->count);
    tree->n_scores++;
    return CAIRN_OK;
}

void tree_columns_reset(cairn_tree *tree) {
    struct cairn_tree_store *s = tree->store;
    size_t row = 0;
    for (int k = 0; k < TREE_COLUMNS; k++)
        if (s->column[k].data) row += tree_column_width(tree, k);
    size_t keep = KEEP_BYTES / row > FIRST_CAPACITY ? KEEP_BYTES / row : FIRST_CAPACITY;
    if (keep < tree->count) keep = tree->count;
    if (keep < tree->capacity) {
        tree->capacity = (uint32_t)keep;
        for (int k = 0; k < TREE_COLUMNS; k++) block_shrink(&s->column[k], column_bytes(tree, k, keep));
        for (size_t c = 0; c < s->score_room; c++) {
            block_shrink(&s->scores[c].score, keep * sizeof(float) + lead_of(sizeof(float)));
            block_shrink(&s->scores[c].marks, keep + lead_of(1));
        }
    }
    for (int k = TREE_FIXED_COLUMNS; k < TREE_STATES; k++) {
        if (k == TREE_DRAWS) continue; /* the generator's is a fixed column */
        s->present &= ~(UINT64_C(1) << k);
        column_point(tree, k, NULL);
    }
    chunks_reset(&s->texts, KEEP_BYTES);
    chunks_reset(&s->tokens, KEEP_BYTES);
}

size_t tree_mapped_bytes(const cairn_tree *tree) {
    const struct cairn_tree_store *s = tree->store;
    size_t sum = 0;
    for (int k = 0; k < TREE_COLUMNS; k++) sum += s->column[k].mapped ? s->column[k].bytes : 0;
    for (size_t c = 0; c < s->score_room; c++) {
        sum += s->scores[c].score.mapped ? s->scores[c].score.bytes : 0;
        sum += s->scores[c].marks.mapped ? s->scores[c].marks.bytes : 0;
    }
    for (int k = 0; k < CHUNKS; k++) {
        sum += s->texts.chunk[k].mapped ? s->texts.chunk[k].bytes : 0;
        sum += s->tokens.chunk[k].mapped ? s->tokens.chunk[k].bytes : 0;
    }
    return sum;
}
