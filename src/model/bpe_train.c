/* Learns merges from counted pieces. All pieces follow one another as lists of tokens, one a byte at first; every pair
 * of adjacent tokens knows how often it occurs and where. Merging a pair visits its occurrences only, so that the whole
 * of training costs the number of tokens that ever stood somewhere, not pieces times merges. */
#include <stdlib.h>
#include <string.h>

#include "model/bpe.h"
#include "model/tokenizer.h"

enum { NONE = -1 };

typedef struct link {
    int32_t token, previous, next; /* token NONE: merged away */
    uint32_t piece;
} link;

typedef struct pair {
    int32_t left, right;
    int64_t count;
    uint32_t first; /* occurrence + 1; 0: none */
} pair;

typedef struct occurrence {
    int32_t at; /* place of the left token; out of date when the pair is no longer there */
    uint32_t next;
} occurrence;

/* A pair and the count it had when it was put into the heap. */
typedef struct candidate {
    int64_t count;
    uint32_t pair;
} candidate;

typedef struct training {
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *tokenizer;
    link *links; /* [bytes of the pieces] */
    pair *pairs; /* [n_pairs] */
    size_t n_pairs, pairs_capacity;
    uint32_t *slots; /* [n_slots] hash table: pair + 1 */
    size_t n_slots;
    occurrence *occurrences;
    size_t n_occurrences, occurrences_capacity;
    candidate *heap;
    size_t n_heap, heap_capacity;
    int32_t *places; /* of the pair being merged */
    size_t places_capacity;
} training;

/* ---- pairs ----------------------------------------------------------------------------------------------------------------- */

static size_t slot_of(const training *t, int32_t left, int32_t right) {
    size_t slot = cairn_key_mix((uint64_t)(uint32_t)left << 32 | (uint32_t)right, 0) & (t->n_slots - 1);
    for (; t->slots[slot]; slot = (slot + 1) & (t->n_slots - 1)) {
        const pair *there = &t->pairs[t->slots[slot] - 1];
        if (there->left == left && there->right == right) break;
    }
    return slot;
}

static cairn_status grow_slots(training *t) {
    size_t n = t->n_slots ? 2 * t->n_slots : 1024;
    uint32_t *slots = cairn_alloc(t->trainer->ctx, n, sizeof *slots);
    if (!slots) return CAIRN_NO_MEMORY;
    cairn_free(t->slots);
    t->slots = slots;
    t->n_slots = n;
    for (size_t i = 0; i < t->n_pairs; i++) slots[slot_of(t, t->pairs[i].left, t->pairs[i].right)] = (uint32_t)i + 1;
    return CAIRN_OK;
}

/* The pair of these tokens; a new one counts 0. */
static cairn_status find_pair(training *t, int32_t left, int32_t right, pair **out) {
    if (2 * (t->n_pairs + 1) > t->n_slots) CAIRN_TRY(grow_slots(t));
    size_t slot = slot_of(t, left, right);
    if (!t->slots[slot]) {
        void *block = t->pairs;
        CAIRN_TRY(cairn_grow(t->trainer->ctx, &block, &t->pairs_capacity, t->n_pairs + 1, sizeof *t->pairs));
        t->pairs = block;
        t->pairs[t->n_pairs] = (pair){.left = left, .right = right};
        t->slots[slot] = (uint32_t)++t->n_pairs;
    }
    *out = &t->pairs[t->slots[slot] - 1];
    return CAIRN_OK;
}

static int64_t weight_at(const training *t, int32_t at) {
    return t->trainer->pieces[t->links[at].piece].count;
}

/* The pair that starts at `at` has come to be. */
static cairn_status gain(training *t, int32_t at) {
    pair *p;
    CAIRN_TRY(find_pair(t, t->links[at].token, t->links[t->links[at].next].token, &p));
    void *block = t->occurrences;
    CAIRN_TRY(
        cairn_grow(t->trainer->ctx, &block, &t->occurrences_capacity, t->n_occurrences + 1, sizeof *t->occurrences));
    t->occurrences = block;
    t->occurrences[t->n_occurrences] = (occurrence){.at = at, .next = p->first};
    p->first = (uint32_t)++t->n_occurrences;
    p->count += weight_at(t, at);
    return CAIRN_OK;
}

/* The pair that starts at `at` is about to go. */
static void lose(training *t, int32_t at) {
    size_t slot = slot_of(t, t->links[at].token, t->links[t->links[at].next].token);
    t->pairs[t->slots[slot] - 1].count -= weight_at(t, at);
}

/* ---- the most frequent pair ------------------------------------------------------------------------------------------------ */

static bool before(const training *t, candidate a, candidate b) {
    const pair *x = &t->pairs[a.pair], *y = &t->pairs[b.pair];
    if (a.count != b.count) return a.count > b.count;
    return x->left != y->left ? x->left < y->left : x->right < y->right;
}

/* Puts a pair into the heap with the count it has now, unless that is too small ever to be merged. */
static cairn_status push(training *t, uint32_t index) {
    candidate c = {t->pairs[index].count, index};
    if (c.count < t->trainer->min_count) return CAIRN_OK;
    void *block = t->heap;
    CAIRN_TRY(cairn_grow(t->trainer->ctx, &block, &t->heap_capacity, t->n_heap + 1, sizeof *t->heap));
    t->heap = block;
    size_t i = t->n_heap++;
    for (; i > 0 && before(t, c, t->heap[(i - 1) / 2]); i = (i - 1) / 2) t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = c;
    return CAIRN_OK;
}

static candidate pop(training *t) {
    candidate top = t->heap[0], last = t->heap[--t->n_heap];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < t->n_heap; i = child) {
        if (child + 1 < t->n_heap && before(t, t->heap[child + 1], t->heap[child])) child++;
        if (!before(t, t->heap[child], last)) break;
        t->heap[i] = t->heap[child];
    }
    t->heap[i] = last;
    return top;
}

/* The best pair, or NONE. A count only falls after the merge that made the pair, so one that is out of date goes back
 * in its place. */
static cairn_status best_pair(training *t, int64_t *out) {
    *out = NONE;
    while (t->n_heap > 0) {
        candidate c = pop(t);
        if (t->pairs[c.pair].count == c.count) {
            *out = c.pair;
            return CAIRN_OK;
        }
        CAIRN_TRY(push(t, c.pair));
    }
    return CAIRN_OK;
}

/* ---- merging --------------------------------------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Where the pair may still be. Of equal tokens in a row the leftmost two are merged first, so order matters for them
 * only. */
static cairn_status list_places(training *t, const pair *p, size_t *count) {
    size_t n = 0;
    for (uint32_t i = p->first; i; i = t->occurrences[i - 1].next) {
        void *block = t->places;
        CAIRN_TRY(cairn_grow(t->trainer->ctx, &block, &t->places_capacity, n + 1, sizeof *t->places));
        t->places = block;
        t->places[n++] = t->occurrences[i - 1].at;
    }
    if (p->left == p->right && n > 1) qsort(t->places, n, sizeof *t->places, compare_places);
    *count = n;
    return CAIRN_OK;
}

static cairn_status merge_at(training *t, int32_t at, int32_t result) {
    link *left = &t->links[at], *right = &t->links[left->next];
    if (left->previous != NONE) lose(t, left->previous);
    if (right->next != NONE) lose(t, left->next);
    lose(t, at);
    left->token = result;
    right->token = NONE;
    left->next = right->next;
    if (left->next != NONE) t->links[left->next].previous = at;
    if (left->previous != NONE) CAIRN_TRY(gain(t, left->previous));
    return left->next != NONE ? gain(t, at) : CAIRN_OK;
}

static cairn_status merge_everywhere(training *t, size_t index, int32_t result) {
    pair p = t->pairs[index]; /* the array may move */
    size_t count, known = t->n_pairs;
    CAIRN_TRY(list_places(t, &p, &count));
    for (size_t i = 0; i < count; i++) {
        const link *l = &t->links[t->places[i]];
        if (l->token == p.left && l->next != NONE && t->links[l->next].token == p.right)
            CAIRN_TRY(merge_at(t, t->places[i], result));
    }
    if (t->pairs[index].count != 0)
        return cairn_fail(t->trainer->ctx, CAIRN_INTERNAL, "a merged pair is still counted %lld times",
                          (long long)t->pairs[index].count);
    for (size_t i = known; i < t->n_pairs; i++)
        CAIRN_TRY(push(t, (uint32_t)i)); /* only new pairs became more frequent */
    return CAIRN_OK;
}

/* A learned token must not look like a special one: readers that know tokens by their text could not tell them apart.
 */
static bool is_special(const cairn_bpe_trainer *trainer, const char *text, size_t length) {
    for (int32_t i = 0; i < trainer->n_specials; i++)
        if (strlen(trainer->specials[i]) == length && memcmp(trainer->specials[i], text, length) == 0) return true;
    return false;
}

/* Makes the next token of the pair; *result is NONE when it may not be one. */
static cairn_status make_token(training *t, const pair *p, int32_t *result) {
    cairn_ctx *ctx = t->trainer->ctx;
    cairn_tokenizer *tokenizer = t->tokenizer;
    const cairn_bytes *left = &tokenizer->tokens[p->left], *right = &tokenizer->tokens[p->right];
    cairn_text text = {0};
    bool fresh = true;
    *result = NONE;
    cairn_status status = cairn_text_add(ctx, &text, left->data, left->length);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, &text, right->data, right->length);
    if (status == CAIRN_OK && !is_special(t->trainer, text.data, text.length)) {
        *result = tokenizer->size;
        status = tokenizer_add(ctx, tokenizer, text.data, text.length, false, &fresh);
        if (status == CAIRN_OK && fresh)
            fresh = tokenizer_add_merge(tokenizer, (tokenizer_merge){p->left, p->right, *result});
        if (status == CAIRN_OK && !fresh) status = cairn_fail(ctx, CAIRN_INTERNAL, "two merges make the same token");
    }
    cairn_text_free(&text);
    return status;
}

static cairn_status learn_merges(training *t) {
    const cairn_bpe_trainer *trainer = t->trainer;
    while (t->tokenizer->size < trainer->vocabulary - trainer->n_specials) {
        int64_t index;
        int32_t result;
        if (cairn_cancelled(trainer->ctx))
            return cairn_fail(trainer->ctx, CAIRN_CANCELLED, "the run was asked to stop");
        CAIRN_TRY(best_pair(t, &index));
        if (index == NONE) break;
        CAIRN_TRY(make_token(t, &t->pairs[index], &result));
        if (result != NONE) CAIRN_TRY(merge_everywhere(t, (size_t)index, result));
    }
    return CAIRN_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------- */

/* The pieces as tokens of one byte, and all their pairs. */
static cairn_status lay_out(training *t) {
    const cairn_bpe_trainer *trainer = t->trainer;
    t->links = cairn_alloc(trainer->ctx, trainer->bytes.length, sizeof *t->links);
    if (!t->links) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < trainer->n_pieces; i++) {
        const bpe_piece *piece = &trainer->pieces[i];
        int32_t start = (int32_t)piece->start, end = start + (int32_t)piece->length;
        for (int32_t at = start; at < end; at++)
            t->links[at] = (link){.token = (unsigned char)trainer->bytes.data[at],
                                  .previous = at > start ? at - 1 : NONE,
                                  .next = at + 1 < end ? at + 1 : NONE,
                                  .piece = (uint32_t)i};
        for (int32_t at = start; at + 1 < end; at++) CAIRN_TRY(gain(t, at));
    }
    for (size_t i = 0; i < t->n_pairs; i++) CAIRN_TRY(push(t, (uint32_t)i));
    return CAIRN_OK;
}

static cairn_status add_token(training *t, const char *text, size_t length, bool special) {
    bool fresh;
    CAIRN_TRY(tokenizer_add(t->trainer->ctx, t->tokenizer, text, length, special, &fresh));
    return fresh ? CAIRN_OK : cairn_fail(t->trainer->ctx, CAIRN_INTERNAL, "a token is there twice");
}

static cairn_status train(training *t) {
    const cairn_bpe_trainer *trainer = t->trainer;
    for (int b = 0; b < 256; b++) CAIRN_TRY(add_token(t, &(char){(char)b}, 1, false));
    CAIRN_TRY(lay_out(t));
    CAIRN_TRY(learn_merges(t));
    for (int32_t i = 0; i < trainer->n_specials; i++)
        CAIRN_TRY(add_token(t, trainer->specials[i], strlen(trainer->specials[i]), true));
    if (tokenizer_seal(t->tokenizer) >= 0) return cairn_fail(trainer->ctx, CAIRN_INTERNAL, "a byte has no token");
    return CAIRN_OK;
}

cairn_status cairn_bpe_train(cairn_bpe_trainer *trainer, cairn_tokenizer **out) {
    training t = {.trainer = trainer};
    size_t tokens = (size_t)trainer->vocabulary;
    CAIRN_TRY(tokenizer_open(trainer->ctx, tokens, tokens - 256, &t.tokenizer));
    cairn_status status = train(&t);
    cairn_free(t.links);
    cairn_free(t.pairs);
    cairn_free(t.slots);
    cairn_free(t.occurrences);
    cairn_free(t.heap);
    cairn_free(t.places);
    if (status == CAIRN_OK)
        *out = t.tokenizer;
    else
        cairn_tokenizer_close(t.tokenizer);
    return status;
}
