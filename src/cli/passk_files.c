/* Recorded samples of several models: one file a model, joined by problem. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cairn/answer.h"
#include "cli/passk.h"

typedef struct sample {
    scored_outcome outcome; /* its problem is the key by which samples are joined */
    uint64_t text, group;   /* keys; group 0: none */
    uint32_t number;        /* of the problem, in order of first samples */
    int32_t model;
    size_t row; /* of its scores */
} sample;

typedef struct reading {
    passk_samples *out;
    cairn_arena *arena; /* of answers */
    sample *samples;    /* [n] */
    size_t n, capacity;
    double *scores; /* [n][n_columns] */
    size_t scores_capacity;
    int model, fields;  /* that is read; columns that are fields of the file */
    int column;         /* that this pass fills, or -1 */
    bool first_pass;    /* of this file */
    size_t from, place; /* first sample of the model; next one of this pass */
} reading;

/* ---- names --------------------------------------------------------------------------------------------------------- */

static bool is_there(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

/* Can be read several times. */
static bool is_file(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* "a/large.jsonl": large */
static const char *name_of_path(cli *c, const char *path) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strchr(base, '.');
    return cairn_arena_copy(c->arena, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

cairn_status passk_name(cli *c, const passk_config *config, int count, char **arguments, passk_samples *s) {
    const char *rest = config->names;
    *s = (passk_samples){.config = config};
    if (count > PASSK_MODELS) return cairn_fail(c->ctx, CAIRN_INVALID, "more than %d files", PASSK_MODELS);
    s->n_models = count;
    for (int i = 0; i < count; i++) {
        passk_model *m = &s->models[i];
        const char *equals = strchr(arguments[i], '=');
        bool named = equals && equals > arguments[i] && !is_there(arguments[i]);
        size_t length = strcspn(rest, ",");
        m->path = named ? equals + 1 : arguments[i];
        if (*s->config->names && length == 0)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--names: expected %d names, divided by commas", count);
        m->name = *s->config->names ? cairn_arena_copy(c->arena, rest, length)
                  : named           ? cairn_arena_copy(c->arena, arguments[i], (size_t)(equals - arguments[i]))
                                    : name_of_path(c, m->path);
        if (!m->name) return CAIRN_NO_MEMORY;
        rest += length + (rest[length] == ',');
        for (int k = 0; k < i; k++)
            if (strcmp(s->models[k].name, m->name) == 0)
                return cairn_fail(c->ctx, CAIRN_INVALID, "two models are called `%s`: write NAME=FILE or give --names",
                                  cli_safe(c, m->name));
    }
    if (*rest) return cairn_fail(c->ctx, CAIRN_INVALID, "--names: %d files, but more names", count);
    return CAIRN_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static cairn_status add_sample(cli *c, reading *r, const scored *s) {
    const cairn_record *record = s->record;
    size_t columns = (size_t)r->out->n_columns;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&r->samples, &r->capacity, r->n + 1, sizeof *r->samples));
    CAIRN_TRY(
        cairn_grow(c->ctx, (void **)&r->scores, &r->scores_capacity, (r->n + 1) * columns + 1, sizeof *r->scores));
    sample *one = &r->samples[r->n];
    *one = (sample){.text = cairn_key(record->problem, strlen(record->problem)),
                    .group = record->group ? cairn_key(record->group, strlen(record->group)) : 0,
                    .model = r->model,
                    .row = r->n};
    CAIRN_TRY(scored_outcome_of(s, r->arena, &one->outcome));
    one->outcome.index = (int64_t)r->n;
    for (size_t i = 0; i < columns; i++)
        r->scores[r->n * columns + i] = i < (size_t)r->fields ? record->numbers[i] : NAN;
    r->n++;
    return CAIRN_OK;
}

/* A reward's score of the whole sample. */
static double score_of(const reading *r, const scored *s) {
    int32_t how = r->out->config->job.aggregate;
    cairn_aggregator aggregator =
        how == CLI_AGGREGATE_BY_MEANING ? cairn_meaning_aggregator(s->reward->meaning) : (cairn_aggregator)how;
    return s->record->n_steps ? cairn_aggregate(aggregator, s->scores, (size_t)s->record->n_steps) : NAN;
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    reading *r = arg;
    if (r->first_pass) CAIRN_TRY(add_sample(c, r, s));
    if (r->place == r->n)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s: changed while it was read", r->out->models[r->model].path);
    if (r->column >= 0) {
        r->scores[r->place * (size_t)r->out->n_columns + (size_t)r->column] = score_of(r, s);
        r->out->models[r->model].failed[r->column] += s->failed;
    }
    r->place++;
    return CAIRN_OK;
}

/* One pass a reward; the first reads the samples as well. */
static cairn_status read_model(cli *c, reading *r, int model) {
    passk_samples *s = r->out;
    const passk_config *config = s->config;
    passk_model *m = &s->models[model];
    int passes = s->n_columns - r->fields > 1 ? s->n_columns - r->fields : 1;
    if (passes > 1 && !is_file(m->path))
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s: several rewards read the file several times: it must be a file",
                          m->path);
    r->model = model;
    r->from = r->n;
    for (int pass = 0; pass < passes; pass++) {
        r->column = r->fields + pass < s->n_columns ? r->fields + pass : -1;
        r->first_pass = pass == 0;
        r->place = r->from;
        scored_options how = {.world = *config->job.world ? config->job.world : "text",
                              .policy = config->job.policy,
                              .reward = r->column >= 0 ? s->columns[r->column] : "",
                              .threshold = "middle",
                              .numbers = r->fields ? config->scores : NULL,
                              .seed = config->job.seed,
                              .skip_bad = config->job.skip_bad,
                              .portable = config->job.portable,
                              .quiet = config->job.quiet};
        CAIRN_TRY(scored_each(c, &how, m->path, visit, r, &m->skipped));
        if (r->place != r->n) return cairn_fail(c->ctx, CAIRN_INVALID, "%s: changed while it was read", m->path);
    }
    return CAIRN_OK;
}

/* Columns: fields of the files, then rewards. */
static cairn_status name_columns(cli *c, passk_samples *s, int *fields) {
    int rewards = 0;
    *fields = 0;
    if (*s->config->scores) CAIRN_TRY(cli_words(c, "scores", s->config->scores, s->columns, PASSK_COLUMNS, fields));
    if (*s->config->rewards)
        CAIRN_TRY(cli_words(c, "rewards", s->config->rewards, s->columns + *fields, PASSK_COLUMNS - *fields, &rewards));
    s->n_columns = *fields + rewards;
    return CAIRN_OK;
}

/* ---- joining ------------------------------------------------------------------------------------------------------- */

/* A sample by one key, then by the other. */
typedef struct paired {
    uint64_t key, other;
    int32_t model;
} paired;

static int by_keys(const void *a, const void *b) {
    const paired *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

/* Does each key have one of the other keys in all the files in which it stands? */
static bool agree(const paired *all, size_t n) {
    for (size_t i = 0, end; i < n; i = end) {
        uint64_t files = 0, most = 0, here = 0; /* bit m: model m */
        for (end = i; end < n && all[end].key == all[i].key; end++) {
            if (end == i || all[end].other != all[end - 1].other) here = 0;
            here |= UINT64_C(1) << all[end].model;
            files |= here;
            if (__builtin_popcountll(here) > __builtin_popcountll(most)) most = here;
        }
        if (most != files) return false;
    }
    return true;
}

/* Groups join where every sample has one, and groups and texts go together in all files: files that number their lines
 * as groups are joined by text. */
static cairn_status groups_join(cli *c, const reading *r, bool *out) {
    *out = false;
    for (size_t i = 0; i < r->n; i++)
        if (!r->samples[i].group) return CAIRN_OK;
    paired *all = cairn_alloc(c->ctx, r->n + 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    *out = true;
    for (int by_text = 0; by_text < 2 && *out; by_text++) {
        for (size_t i = 0; i < r->n; i++) {
            const sample *s = &r->samples[i];
            all[i] = (paired){by_text ? s->text : s->group, by_text ? s->group : s->text, s->model};
        }
        qsort(all, r->n, sizeof *all, by_keys);
        *out = agree(all, r->n);
    }
    cairn_free(all);
    return CAIRN_OK;
}

static int by_place(const void *a, const void *b) {
    const sample *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Numbers the problems in order of their first samples. */
static cairn_status number_problems(cli *c, reading *r) {
    uint64_t *keys = cairn_alloc(c->ctx, r->n + 1, sizeof *keys);
    uint32_t *numbers = cairn_alloc(c->ctx, r->n + 1, sizeof *numbers);
    uint32_t *place = cairn_alloc(c->ctx, r->n + 1, sizeof *place), count = 0, next = 0;
    cairn_status status = keys && numbers && place ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (size_t i = 0; status == CAIRN_OK && i < r->n; i++)
        keys[i] = r->out->by_group ? r->samples[i].group : r->samples[i].text;
    if (status == CAIRN_OK) status = scored_number_keys(c, keys, r->n, numbers, &count);
    for (size_t i = 0; status == CAIRN_OK && i < r->n; i++) {
        uint32_t *of = &place[numbers[i]];
        if (!*of) *of = ++next;
        r->samples[i].number = *of - 1;
    }
    r->out->problems = count;
    cairn_free(keys);
    cairn_free(numbers);
    cairn_free(place);
    return status;
}

static cairn_status join(cli *c, reading *r) {
    int32_t how = r->out->config->join;
    if (r->n > INT32_MAX) return cairn_fail(c->ctx, CAIRN_LIMIT, "more than %d samples", INT32_MAX);
    for (size_t i = 0; how == PASSK_JOIN_GROUP && i < r->n; i++)
        if (!r->samples[i].group)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--join group: sample %zu of %s has no group", i + 1,
                              r->out->models[r->samples[i].model].path);
    r->out->by_group = how == PASSK_JOIN_GROUP;
    if (how == PASSK_JOIN_AUTO) CAIRN_TRY(groups_join(c, r, &r->out->by_group));
    return number_problems(c, r);
}

/* ---- spans --------------------------------------------------------------------------------------------------------- */

static int by_problem(const void *a, const void *b) {
    const sample *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    if (x->model != y->model) return x->model < y->model ? -1 : 1;
    return by_place(a, b);
}

static bool is_judged(const sample *s) {
    return s->outcome.target || s->outcome.verdict != CAIRN_VERDICT_UNKNOWN;
}

/* Fills a span from samples[n] of one model and one problem, those without a truth left out; what is beyond --samples
 * does not count. */
static cairn_status fill_span(cli *c, reading *r, const sample *samples, size_t n, cairn_arena *scratch,
                              passk_span *out) {
    passk_samples *s = r->out;
    passk_model *m = &s->models[samples[0].model];
    int64_t most = s->config->samples ? s->config->samples : INT64_MAX;
    const char **classes = cairn_arena_alloc(scratch, n, sizeof *classes);
    int32_t n_classes = 0;
    *out = (passk_span){.verdicts = cairn_arena_alloc(c->arena, n, sizeof *out->verdicts),
                        .answers = cairn_arena_alloc(c->arena, n, sizeof *out->answers),
                        .scores = cairn_arena_alloc(c->arena, (size_t)s->n_columns + 1, sizeof *out->scores)};
    if (!classes || !out->verdicts || !out->answers || !out->scores) return CAIRN_NO_MEMORY;
    for (int k = 0; k < s->n_columns; k++)
        if (!(out->scores[k] = cairn_arena_alloc(c->arena, n, sizeof **out->scores))) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n && (int64_t)i < most; i++) {
        const scored_outcome *o = &samples[i].outcome;
        int32_t class = -1;
        cairn_outcomes_add(&m->all, o->verdict, o->answer, o->target, 1);
        if (!is_judged(&samples[i])) continue;
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        if (o->answer) CAIRN_TRY(cairn_answer_class(c->ctx, scratch, classes, n_classes, o->answer, &class));
        if (o->answer && class == n_classes) classes[n_classes++] = o->answer;
        for (int k = 0; k < s->n_columns; k++) {
            double score = r->scores[samples[i].row * (size_t)s->n_columns + (size_t)k];
            out->scores[k][out->n] = score;
            m->unscored[k] += isnan(score);
        }
        m->answered += o->answer != NULL;
        out->verdicts[out->n] = o->verdict;
        out->answers[out->n++] = class;
    }
    m->problems += out->n > 0;
    return CAIRN_OK;
}

/* The samples of one problem, samples[n], in order of models: spans[n_models], which are kept where all have one. */
static cairn_status fill_problem(cli *c, reading *r, sample *samples, size_t n, cairn_arena *scratch,
                                 passk_span *spans) {
    passk_samples *s = r->out;
    const char *target = NULL;
    bool shared = true;
    for (size_t i = 0; i < n && !target; i++) target = samples[i].outcome.target;
    for (size_t i = 0; i < n; i++) CAIRN_TRY(scored_judge(c, target, r->arena, &samples[i].outcome));
    memset(spans, 0, (size_t)s->n_models * sizeof *spans);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && samples[end].model == samples[i].model;) end++;
        cairn_arena_reset(scratch);
        CAIRN_TRY(fill_span(c, r, samples + i, end - i, scratch, &spans[samples[i].model]));
    }
    for (int m = 0; m < s->n_models; m++) shared = shared && spans[m].n > 0;
    for (int m = 0; shared && m < s->n_models; m++) {
        s->spans[(size_t)m * s->problems + s->shared] = spans[m];
        if (s->shared == 0 || spans[m].n < s->models[m].fewest) s->models[m].fewest = spans[m].n;
    }
    s->shared += shared;
    return CAIRN_OK;
}

/* The first `count` problems, or all for 0. */
static cairn_status fill_all(cli *c, reading *r, cairn_arena *scratch) {
    passk_samples *s = r->out;
    passk_span spans[PASSK_MODELS];
    int64_t count = s->config->job.count;
    s->spans = cairn_arena_alloc(c->arena, (size_t)s->n_models * s->problems + 1, sizeof *s->spans);
    if (!s->spans) return CAIRN_NO_MEMORY;
    if (r->n > 1) qsort(r->samples, r->n, sizeof *r->samples, by_problem);
    for (size_t i = 0, end; i < r->n; i = end) {
        for (end = i; end < r->n && r->samples[end].number == r->samples[i].number;) end++;
        if (count && r->samples[i].number >= count) break;
        CAIRN_TRY(fill_problem(c, r, r->samples + i, end - i, scratch, spans));
    }
    if (s->shared == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "no problem has a sample that can be judged in every file: problems are joined by %s",
                          s->by_group ? "their group (--join text joins by text)" : "their text");
    return CAIRN_OK;
}

cairn_status passk_read(cli *c, passk_samples *out) {
    reading r = {.out = out};
    cairn_arena *scratch = NULL;
    CAIRN_TRY(name_columns(c, out, &r.fields));
    cairn_status status = cairn_arena_open(c->ctx, 65536, &r.arena);
    if (status == CAIRN_OK) status = cairn_arena_open(c->ctx, 4096, &scratch);
    for (int i = 0; status == CAIRN_OK && i < out->n_models; i++) status = read_model(c, &r, i);
    if (status == CAIRN_OK) status = join(c, &r);
    if (status == CAIRN_OK) status = fill_all(c, &r, scratch);
    cairn_free(r.samples);
    cairn_free(r.scores);
    cairn_arena_close(r.arena);
    cairn_arena_close(scratch);
    return status;
}
