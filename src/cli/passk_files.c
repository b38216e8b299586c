/* Recorded samples of several models: one file a model, joined by problem. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/passk.h"

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

/* "a/large-1.5b.jsonl": large-1.5b */
static const char *name_of_path(cli *c, const char *path) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
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

static cairn_status add_sample(cli *c, passk_reading *r, const scored *s) {
    const cairn_record *record = s->record;
    size_t columns = (size_t)r->out->n_columns;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&r->samples, &r->capacity, r->n + 1, sizeof *r->samples));
    CAIRN_TRY(
        cairn_grow(c->ctx, (void **)&r->scores, &r->scores_capacity, (r->n + 1) * columns + 1, sizeof *r->scores));
    passk_sample *one = &r->samples[r->n];
    *one = (passk_sample){.text = cairn_key(record->problem, strlen(record->problem)),
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
static double score_of(const passk_reading *r, const scored *s) {
    int32_t how = r->out->config->job.aggregate;
    cairn_aggregator aggregator =
        how == CLI_AGGREGATE_BY_MEANING ? cairn_meaning_aggregator(s->reward->meaning) : (cairn_aggregator)how;
    return s->record->n_steps ? cairn_aggregate(aggregator, s->scores, (size_t)s->record->n_steps) : NAN;
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    passk_reading *r = arg;
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
static cairn_status read_model(cli *c, passk_reading *r, int model) {
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

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

cairn_status passk_read(cli *c, passk_samples *out) {
    passk_reading r = {.out = out};
    cairn_arena *scratch = NULL;
    CAIRN_TRY(name_columns(c, out, &r.fields));
    cairn_status status = cairn_arena_open(c->ctx, 65536, &r.arena);
    if (status == CAIRN_OK) status = cairn_arena_open(c->ctx, 4096, &scratch);
    for (int i = 0; status == CAIRN_OK && i < out->n_models; i++) status = read_model(c, &r, i);
    if (status == CAIRN_OK) status = passk_join(c, &r);
    if (status == CAIRN_OK) status = passk_fill(c, &r, scratch);
    cairn_free(r.samples);
    cairn_free(r.scores);
    cairn_arena_close(r.arena);
    cairn_arena_close(scratch);
    return status;
}
