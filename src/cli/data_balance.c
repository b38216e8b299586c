/* cairn data balance: as many records of every class, drawn at random from the larger ones. */
#include <math.h>
#include <string.h>

#include "cli/data.h"
#include "cli/verbs.h"

enum { BY_LABEL, BY_SUBSET, BY_DOMAIN, BY_LENGTH, MOST_CLASSES = 1000 };

typedef struct balance_config {
    data_options data;
    int32_t by;
    uint64_t seed;
} balance_config;

static const cairn_option options[] = {
    CAIRN_CHOICE(balance_config, by, "label", "label|subset|domain|length",
                 "Classes: every step right or some step wrong; part of the benchmark; subject; number of steps (1, 2, "
                 "3-4, 5-8, ...)."),
    CLI_SEED(balance_config, seed),
    CLI_DATA_OPTIONS(balance_config),
};

/* A class of records: how many there are, and how many of those that are still to come will be taken. */
typedef struct class {
    const char *name;
    int64_t count, left, wanted;
    cairn_rng rng;
} class;

typedef struct balancing {
    cli *c;
    const balance_config *config;
    data_file *file;
    class classes[MOST_CLASSES];
    int n;
    int64_t unclassed; /* records without what they are divided by */
} balancing;

/* Names the class of a record; NULL: it has none. */
static const char *class_name(const balance_config *config, const cairn_record *r, char room[32]) {
    if (config->by == BY_SUBSET) return r->subset;
    if (config->by == BY_DOMAIN) return r->domain;
    if (config->by == BY_LENGTH) {
        int32_t low = 1;
        while (low < INT32_MAX / 2 && low < r->n_steps) low *= 2;
        if (low <= 2)
            snprintf(room, 32, "%d steps", (int)(r->n_steps < 1 ? 0 : low));
        else
            snprintf(room, 32, "%d-%d steps", (int)(low / 2 + 1), (int)low);
        return room;
    }
    double right_from = written_right_from(&config->data.write);
    int32_t first = cairn_record_first_error(r, right_from);
    for (int32_t i = 0; i < r->n_steps && first < 0; i++)
        if (cairn_record_label(r, i) < right_from) first = i;
    return first >= 0 ? "wrong" : first == CAIRN_NO_ERROR ? "right" : NULL;
}

/* The class of that name, or NULL: there is none yet. */
static class *find(balancing *b, const char *name) {
    for (int i = 0; i < b->n; i++)
        if (strcmp(b->classes[i].name, name) == 0) return &b->classes[i];
    return NULL;
}

static cairn_status count_class(void *arg, int64_t index, const cairn_record *record) {
    (void)index;
    balancing *b = arg;
    char room[32];
    const char *name = class_name(b->config, record, room);
    class *of = name ? find(b, name) : NULL;
    b->unclassed += !name;
    if (name && !of) {
        if (b->n == MOST_CLASSES)
            return cairn_fail(b->c->ctx, CAIRN_LIMIT, "there are more than %d classes", MOST_CLASSES);
        of = &b->classes[b->n++];
        of->name = cairn_arena_copy(b->c->arena, name, strlen(name));
        if (!of->name) return cairn_fail(b->c->ctx, CAIRN_NO_MEMORY, "no memory for a class");
        of->rng = cairn_rng_open(b->config->seed, cairn_key(name, strlen(name)), CAIRN_PATH_ROOT, CAIRN_VERB_EVAL,
                                 CAIRN_ROLE_GENERATOR, 0);
    }
    if (of) of->count++;
    return CAIRN_OK;
}

/* Takes a record with the chance that makes every choice of `wanted` among `left` equally likely. */
static cairn_status put_chosen(void *arg, int64_t index, const cairn_record *record) {
    (void)index;
    balancing *b = arg;
    char room[32];
    const char *name = class_name(b->config, record, room);
    class *of = name ? find(b, name) : NULL;
    if (!of || of->left <= 0) return CAIRN_OK;
    bool chosen = cairn_rng_range(&of->rng, 1, of->left) <= of->wanted;
    of->left--;
    of->wanted -= chosen;
    return chosen ? cairn_writer_put(b->file->writer, record) : CAIRN_OK;
}

/* As many of every class as the smallest has. */
static int64_t share_out(balancing *b) {
    int64_t least = b->n ? b->classes[0].count : 0;
    for (int i = 1; i < b->n; i++)
        if (b->classes[i].count < least) least = b->classes[i].count;
    for (int i = 0; i < b->n; i++) {
        b->classes[i].left = b->classes[i].count;
        b->classes[i].wanted = least;
    }
    return least;
}

static cairn_status report(balancing *b, const data_read *read, int64_t least) {
    data_count *counts = cairn_arena_alloc(b->c->arena, (size_t)b->n + 2, sizeof *counts);
    if (!counts) return CAIRN_NO_MEMORY;
    counts[0] = (data_count){"unclassed", "left out: they do not say it", b->unclassed, false};
    counts[1] = (data_count){"of_each_class", "of each class drawn", least, true};
    for (int i = 0; i < b->n; i++) {
        const char *name = b->classes[i].name;
        char *key = cairn_arena_printf(b->c->arena, "class %s", name);
        char *words = cairn_arena_printf(b->c->arena, "of class %s there were", name);
        if (!key || !words) return CAIRN_NO_MEMORY;
        counts[i + 2] = (data_count){key, words, b->classes[i].count, true};
    }
    return data_report(b->c, &b->config->data, "data balance", read, counts, b->n + 2, b->file, 1);
}

static cairn_status run(cli *c, const void *config_, int count, char **arguments) {
    (void)count;
    const balance_config *config = config_;
    data_file file;
    data_read first = {0}, second = {0};
    CAIRN_TRY(data_check_out(c, &config->data, config->data.out));
    if (strcmp(arguments[0], "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "this reads the file twice: name a file, not standard input");
    balancing *b = cairn_arena_alloc(c->arena, 1, sizeof *b);
    if (!b) return CAIRN_NO_MEMORY;
    *b = (balancing){.c = c, .config = config, .file = &file};
    CAIRN_TRY(data_each(c, &config->data, "count", arguments[0], false, count_class, b, &first));
    if (b->n < 2)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s: there %s, so there is nothing to balance", arguments[0],
                          b->n ? "is one class only" : "is no class");
    int64_t least = share_out(b);
    CAIRN_TRY(data_open(c, &config->data, config->data.out, &file));
    cairn_status status = data_each(c, &config->data, "balance", arguments[0], true, put_chosen, b, &second);
    if (status == CAIRN_OK && first.key != second.key)
        status = cairn_fail(c->ctx, CAIRN_INVALID, "%s changed while it was read", arguments[0]);
    status = data_commit(c, &file, status);
    if (status == CAIRN_OK) status = report(b, &first, least);
    data_close(&file);
    return status;
}

const cli_verb verb_data_balance = {
    .about = {.name = "data balance",
              .summary = "Draw as many records of every class as the smallest class has.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(balance_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn data balance traces.jsonl --by label --seed 1 --out even.jsonl\n",
    .run = run,
};
