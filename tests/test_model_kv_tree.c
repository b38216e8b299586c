/* Kept keys and values: pages by hand, and rows with the same bits as whole sequences, whatever is shared, given up or
 * computed together. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "model/batch.h"

enum { VOCABULARY = 61, HEADS = 2, KV_HEADS = 1, DIM = 50, WIDTH = HEADS * DIM, LAYERS = 2, LONGEST = 256 };

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_transformer *model;
    cairn_tape *tape; /* of what is tested */
} bench;

static void open_model(bench *b, cairn_ctx *ctx, int threads, cairn_dtype weights) {
    const cairn_transformer_shape shape = {.vocabulary = VOCABULARY,
                                           .width = WIDTH,
                                           .layers = LAYERS,
                                           .heads = HEADS,
                                           .kv_heads = KV_HEADS,
                                           .feed_forward = 64,
                                           .context = LONGEST,
                                           .tied = true};
    b->ctx = ctx;
    assert_int_equal(cairn_device_open(ctx, threads, CAIRN_MATMUL_FASTEST, &b->device), CAIRN_OK);
    assert_int_equal(cairn_transformer_open(ctx, b->device, &shape, weights, &b->model), CAIRN_OK);
    cairn_transformer_init(b->model, 1);
    for (int32_t i = 0; i < cairn_params_count(b->model->params); i++) {
        cairn_param *p = cairn_params_get(b->model->params, i);
        if (p->value.rank == 2) cairn_param_init_normal(p, 2, 0.08); /* attention far from uniform */
    }
    assert_int_equal(cairn_tape_open(ctx, b->device, CAIRN_F32, &b->tape), CAIRN_OK);
    cairn_tape_record(b->tape, false);
}

static void close_model(bench *b) {
    cairn_tape_close(b->tape);
    cairn_transformer_close(b->model);
    cairn_device_close(b->device);
}

static kv_tree *open_tree(const bench *b, int32_t pages) {
    kv_tree *tree;
    assert_int_equal(kv_open(b->ctx, cairn_page_numbers(LAYERS, KV_HEADS, DIM), pages, &tree), CAIRN_OK);
    return tree;
}

/* What the trunk says about all rows of a whole sequence; the caller frees it. */
static float *whole_sequence(const bench *b, const int32_t *tokens, int32_t count) {
    cairn_tape *tape;
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    cairn_tensor *hidden = cairn_transformer_trunk(tape, b->model, tokens, (int32_t[]){0, count}, 1);
    assert_non_null(hidden);
    float *copy = malloc((size_t)hidden->size * sizeof *copy);
    memcpy(copy, hidden->data, (size_t)hidden->size * sizeof *copy);
    cairn_tape_close(tape);
    return copy;
}

static const float *row_of(const cairn_tensor *hidden, int32_t row) {
    return (const float *)hidden->data + (size_t)row * WIDTH;
}

static void sequence_of(const kv_tree *tree, int32_t node, int32_t tokens[LONGEST]) {
    for (; node != KV_ROOT; node = tree->nodes[node].parent)
        memcpy(tokens + tree->nodes[node].start, tree->nodes[node].tokens,
               (size_t)tree->nodes[node].length * sizeof *tokens);
}

static void random_tokens(cairn_rng *rng, int32_t *tokens, int32_t count, uint32_t kinds) {
    for (int32_t i = 0; i < count; i++) tokens[i] = (int32_t)cairn_rng_below(rng, kinds);
}

/* ---- bits -------------------------------------------------------------------------------------------------------------- */

static void test_prefill_in_any_chunks_equals_decoding_token_by_token_and_the_whole(void **state) {
    enum { COUNT = 150 };
    bench *first = *state;
    int32_t tokens[COUNT];
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    random_tokens(&rng, tokens, COUNT, VOCABULARY);
    for (int bf16 = 0; bf16 < 2; bf16++) {
        bench b;
        open_model(&b, first->ctx, 2, bf16 ? CAIRN_BF16 : CAIRN_F32);
        float *wanted = whole_sequence(&b, tokens, COUNT);
        const int32_t chunks[] = {COUNT, 64, 7, 1};
        for (int c = 0; c < 4; c++) {
            kv_tree *tree = open_tree(&b, COUNT / CAIRN_PAGE + 1);
            batch *rows;
            int32_t node, done = 0;
            kv_room room = KV_WAIT;
            assert_int_equal(batch_open(b.ctx, tree, chunks[c], &rows), CAIRN_OK);
            assert_int_equal(kv_insert(tree, KV_ROOT, tokens, COUNT, &node), CAIRN_OK);
            while (room == KV_WAIT) {
                cairn_tensor *hidden;
                cairn_tape_reset(b.tape);
                batch_begin(rows);
                assert_int_equal(batch_schedule(rows, node, COUNT, &room), CAIRN_OK);
                assert_int_equal(batch_run(rows, b.tape, b.model, &hidden), CAIRN_OK);
                for (int32_t r = 0; r < rows->rows; r++, done++)
                    assert_memory_equal(row_of(hidden, r), wanted + (size_t)done * WIDTH, WIDTH * sizeof(float));
            }
            assert_int_equal(done, COUNT);
            batch_close(rows);
            kv_close(tree);
        }
        free(wanted);
        close_model(&b);
    }
}

/* Page counts are the number of nodes that list a page, and each node has the pages of its reserved tokens. */
static void assert_consistent(const kv_tree *t) {
    int32_t *refs = calloc((size_t)t->n_pages, sizeof *refs), used = 0, listed = 0, with_pages = 0, live = 0;
    for (int32_t i = 0; i < t->n_nodes; i++) {
        const kv_node *n = &t->nodes[i];
        if (i != KV_ROOT && n->parent == KV_NONE) continue;
        int32_t children = 0;
        live++;
        for (int32_t c = n->first_child; c != KV_NONE; c = t->nodes[c].next_sibling) {
            assert_int_equal(t->nodes[c].parent, i);
            assert_int_equal(t->nodes[c].start, n->start + n->length);
            children++;
        }
        assert_true(n->refs >= children);
        assert_true(n->computed <= n->reserved && n->reserved <= n->length && n->length <= n->capacity);
        assert_int_equal(n->n_pages,
                         n->reserved ? (n->start + n->reserved - 1) / CAIRN_PAGE - n->start / CAIRN_PAGE + 1 : 0);
        with_pages += n->n_pages > 0;
        assert_int_equal(n->list, n->n_pages ? n->refs > 0 : KV_NONE);
        for (int32_t p = 0; p < n->n_pages; p++) refs[n->pages[p]]++;
    }
    for (int32_t p = 0; p < t->n_pages; p++) used += refs[p] > 0;
    for (int32_t p = 0; p < t->n_pages; p++)
        if (refs[p]) assert_int_equal(refs[p], t->page_refs[p]);
    assert_int_equal(t->n_free, t->n_pages - used);
    for (int i = 0; i < 2; i++)
        for (int32_t n = t->lists[i].oldest; n != KV_NONE; n = t->nodes[n].newer, listed++)
            if (t->nodes[n].newer != KV_NONE) assert_true(t->nodes[n].used <= t->nodes[t->nodes[n].newer].used);
    assert_int_equal(listed, with_pages);
    assert_int_equal(live, t->live_nodes);
    free(refs);
}

enum { HELD = 12, OPERATIONS = 60, TOGETHER = 4 };

/* Held nodes that grow, split and are let go at random, few pages, few rows a step. */
static void check_random_sharing(bench *b, const bench *reference) {
    kv_tree *tree = open_tree(b, 24);
    batch *rows;
    cairn_rng rng = cairn_rng_open(7, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    int32_t held[HELD] = {0}, checks = 0;
    assert_int_equal(batch_open(b->ctx, tree, 40, &rows), CAIRN_OK);
    for (int o = 0; o < OPERATIONS; o++) {
        int32_t active[TOGETHER], next[TOGETHER] = {0}, left = TOGETHER;
        for (int a = 0; a < TOGETHER; a++) { /* go on from a held node with tokens that are often shared */
            int32_t from = held[cairn_rng_below(&rng, HELD)], place = (int32_t)cairn_rng_below(&rng, HELD), tokens[40];
            int32_t count = 1 + (int32_t)cairn_rng_below(&rng, 40);
            if (kv_length(tree, from) + count > 200) from = KV_ROOT;
            random_tokens(&rng, tokens, count, 2);
            assert_int_equal(kv_insert(tree, from, tokens, count, &active[a]), CAIRN_OK);
            kv_hold(tree, active[a]);
            if (held[place] != KV_ROOT) kv_release(tree, held[place]);
            held[place] = active[a];
        }
        float *wanted[TOGETHER];
        for (int a = 0; a < TOGETHER; a++) {
            int32_t tokens[LONGEST];
            sequence_of(tree, active[a], tokens);
            wanted[a] = whole_sequence(reference, tokens, kv_length(tree, active[a]));
        }
        while (left > 0) {
            int32_t positions[TOGETHER], at[TOGETHER];
            cairn_tensor *hidden;
            cairn_tape_reset(b->tape);
            batch_begin(rows);
            left = 0;
            for (int a = 0; a < TOGETHER; a++) {
                kv_room room;
                at[a] = KV_NONE;
                positions[a] = next[a];
                if (next[a] >= kv_length(tree, active[a])) continue;
                left++;
                assert_int_equal(batch_schedule(rows, active[a], tree->nodes[active[a]].length, &room), CAIRN_OK);
                at[a] = batch_row(rows, positions[a]);
            }
            if (rows->rows == 0) break;
            assert_int_equal(batch_run(rows, b->tape, b->model, &hidden), CAIRN_OK);
            assert_consistent(tree);
            for (int a = 0; a < TOGETHER; a++) {
                if (at[a] == KV_NONE) continue;
                assert_memory_equal(row_of(hidden, at[a]), wanted[a] + (size_t)positions[a] * WIDTH,
                                    WIDTH * sizeof(float));
                checks++;
                int32_t last = kv_length(tree, active[a]) - 1;
                next[a] = positions[a] == last ? last + 1 : positions[a] + 37 < last ? positions[a] + 37 : last;
            }
        }
        assert_int_equal(left, 0);
        for (int a = 0; a < TOGETHER; a++) {
            free(wanted[a]);
            kv_release(tree, active[a]);
        }
    }
    assert_true(checks > 200);
    assert_true(tree->evicted > 500 && tree->copied > 10 && rows->recomputed > 10);
    assert_true(tree->most_used <= 24);
    for (int i = 0; i < HELD; i++)
        if (held[i] != KV_ROOT) kv_release(tree, held[i]);
    assert_consistent(tree);
    batch_close(rows);
    kv_close(tree);
}

static void test_sharing_splitting_eviction_and_threads_change_no_bit(void **state) {
    bench *reference = *state;
    for (int threads = 1; threads <= 4; threads++) {
        bench b;
        open_model(&b, reference->ctx, threads, CAIRN_F32);
        check_random_sharing(&b, reference);
        close_model(&b);
    }
}

/* ---- pages by hand --------------------------------------------------------------------------------------------------------- */

static int32_t computed_node(bench *b, kv_tree *tree, batch *rows, int32_t from, int32_t first_token, int32_t count) {
    int32_t tokens[64], node;
    kv_room room;
    cairn_tensor *hidden;
    for (int32_t i = 0; i < count; i++) tokens[i] = i == 0 ? first_token : 1;
    assert_int_equal(kv_insert(tree, from, tokens, count, &node), CAIRN_OK);
    cairn_tape_reset(b->tape);
    batch_begin(rows);
    assert_int_equal(batch_schedule(rows, node, count, &room), CAIRN_OK);
    assert_int_equal(room, KV_READY);
    assert_int_equal(batch_run(rows, b->tape, b->model, &hidden), CAIRN_OK);
    assert_consistent(tree);
    return node;
}

static int32_t pages_used(const kv_tree *tree) {
    return tree->n_pages - tree->n_free;
}

static void test_a_child_goes_on_in_its_parents_page_and_a_second_one_in_a_copy(void **state) {
    bench *b = *state;
    kv_tree *tree = open_tree(b, 8);
    batch *rows;
    assert_int_equal(batch_open(b->ctx, tree, 64, &rows), CAIRN_OK);
    int32_t parent = computed_node(b, tree, rows, KV_ROOT, 5, 20);
    assert_int_equal(pages_used(tree), 2);
    int32_t first = computed_node(b, tree, rows, parent, 6, 5); /* slots 4 .. 8 of the parent's second page */
    assert_int_equal(pages_used(tree), 2);
    assert_int_equal(tree->nodes[first].pages[0], tree->nodes[parent].pages[1]);
    int32_t second = computed_node(b, tree, rows, parent, 7, 13); /* a copy, and one more token in a page of its own */
    assert_int_equal(tree->copied, 1);
    assert_int_equal(pages_used(tree), 4);
    computed_node(b, tree, rows, first, 8, 7); /* to the end of the page it shares */
    assert_int_equal(pages_used(tree), 4);
    assert_int_equal(rows->computed, 20 + 5 + 13 + 7);
    /* the beginning of a known run: nothing is computed, the node is split */
    int32_t part = computed_node(b, tree, rows, KV_ROOT, 5, 10);
    assert_int_equal(rows->computed, 20 + 5 + 13 + 7);
    assert_int_equal(tree->nodes[parent].parent, part);
    assert_int_equal(tree->nodes[parent].start, 10);
    assert_int_equal(kv_length(tree, second), 33);
    batch_close(rows);
    kv_close(tree);
}

static void test_the_least_recently_used_goes_first_and_what_nobody_holds_before_what_is_held(void **state) {
    bench *b = *state;
    kv_tree *tree = open_tree(b, 4);
    batch *rows;
    int32_t nodes[4];
    assert_int_equal(batch_open(b->ctx, tree, 64, &rows), CAIRN_OK);
    for (int32_t i = 0; i < 4; i++) nodes[i] = computed_node(b, tree, rows, KV_ROOT, 10 + i, 16);
    kv_release(tree, nodes[1]);
    kv_release(tree, nodes[2]);
    kv_release(tree, computed_node(b, tree, rows, KV_ROOT, 11, 16)); /* 1 is used again */
    assert_int_equal(tree->evicted, 0);
    int32_t live = tree->live_nodes, fresh = computed_node(b, tree, rows, KV_ROOT, 20, 16);
    assert_int_equal(tree->live_nodes, live); /* 2 is gone: nobody holds it, and 1 was used after it */
    assert_int_equal(tree->nodes[nodes[1]].computed, 16);
    computed_node(b, tree, rows, fresh, 21, 16); /* 1 goes before 0, which is older and held */
    assert_int_equal(tree->nodes[nodes[0]].computed, 16);
    computed_node(b, tree, rows, fresh, 22, 16); /* only held ones are left: 0 loses its pages and keeps its tokens */
    assert_int_equal(tree->nodes[nodes[0]].computed, 0);
    assert_int_equal(tree->nodes[nodes[0]].tokens[0], 10);
    assert_int_equal(tree->nodes[nodes[3]].computed, 16);
    /* more than fits at once */
    int32_t tokens[80] = {0}, node;
    kv_room room = KV_READY;
    assert_int_equal(kv_insert(tree, KV_ROOT, tokens, 80, &node), CAIRN_OK);
    batch_begin(rows);
    assert_int_equal(batch_schedule(rows, node, 80, &room), CAIRN_OK);
    assert_int_equal(room, KV_WAIT); /* 64 rows fill all four pages */
    cairn_tensor *hidden;
    cairn_tape_reset(b->tape);
    assert_int_equal(batch_run(rows, b->tape, b->model, &hidden), CAIRN_OK);
    batch_begin(rows);
    assert_int_equal(batch_schedule(rows, node, 80, &room), CAIRN_OK);
    assert_int_equal(room, KV_FULL);
    batch_close(rows);
    kv_close(tree);
}

static int open_bench(void **state) {
    static bench b;
    cairn_ctx *ctx;
    *state = &b;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    open_model(&b, ctx, 1, CAIRN_F32);
    return 0;
}

static int close_bench(void **state) {
    bench *b = *state;
    close_model(b);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefill_in_any_chunks_equals_decoding_token_by_token_and_the_whole),
        cmocka_unit_test(test_sharing_splitting_eviction_and_threads_change_no_bit),
        cmocka_unit_test(test_a_child_goes_on_in_its_parents_page_and_a_second_one_in_a_copy),
        cmocka_unit_test(test_the_least_recently_used_goes_first_and_what_nobody_holds_before_what_is_held),
    };
    return cmocka_run_group_tests_name("model kv tree", tests, open_bench, close_bench);
}
