/* Candidates with scores and truth from files: rows of one candidate, rows of all candidates of a prompt, records of
 * `solve`. */
#include <math.h>
#include <string.h>

#include "cairn/answer.h"
#include "cairn/store.h"
#include "data/rows.h"
#include "eval/ceiling_table.h"
#include "eval/record.h"

enum { MOST_STEPS = 100000, ROW_BYTES = 256 << 20 };

static const char *const prompt_names[] = {"prompt_id", "problem_id", "prompt", "problem", "question", "id", NULL};
static const char *const truth_names[] = {"gold",    "truth", "correct", "is_correct", "right", "final_answer_correct",
                                          "outcome", NULL};
static const char *const proxy_names[] = {"proxy", "score", "reward", "scores", "step_scores", "rewards", NULL};
static const char *const steps_names[] = {"steps", "completions", NULL};
static const char *const text_names[] = {"solution", "text", "response", "completion", "output", NULL};

typedef struct reading {
    cairn_ceiling_table *table;
    cairn_ctx *ctx;
    const char *where; /* opens errors */
} reading;

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* The field `asked`, or the first of `names` that the row has; NULL: none. *name is said in errors. */
static const json_t *field_of(const json_t *row, const char *asked, const char *const *names, const char **name) {
    *name = asked && *asked ? asked : names[0];
    if (asked && *asked) return json_object_get(row, asked);
    for (int i = 0; names[i]; i++) {
        const json_t *value = json_object_get(row, names[i]);
        if (!value) continue;
        *name = names[i];
        return value;
    }
    return NULL;
}

/* A number, a truth value, or either as CSV has it; null, "" and a field that is missing are unknown. */
static cairn_status number_of(const reading *r, const char *name, const json_t *value, double *out) {
    const char *text = json_string_value(value);
    if (json_is_number(value)) {
        *out = json_number_value(value);
        return CAIRN_OK;
    }
    if (!value || json_is_boolean(value) || json_is_null(value)) {
        *out = json_is_boolean(value) ? json_is_true(value) : NAN;
        return CAIRN_OK;
    }
    if (text && (!*text || strcmp(text, "null") == 0)) {
        *out = NAN;
        return CAIRN_OK;
    }
    if (text && (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0)) {
        *out = strcasecmp(text, "true") == 0;
        return CAIRN_OK;
    }
    if (text && cairn_parse_double(text, strlen(text), out) == CAIRN_OK && isfinite(*out)) return CAIRN_OK;
    return json_fail_field(r->ctx, r->where, name, "a number, true, false or null", value);
}

static cairn_status numbers_of(const reading *r, const char *name, const json_t *list, const double **out) {
    size_t n = json_array_size(list);
    if (n > MOST_STEPS) return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: field `%s`: %zu steps", r->where, name, n);
    double *values = cairn_arena_alloc(r->table->scratch, n + 1, sizeof *values);
    if (!values) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) CAIRN_TRY(number_of(r, name, json_array_get(list, i), &values[i]));
    *out = values;
    return CAIRN_OK;
}

/* One score, or the scores of steps. */
static cairn_status put_proxy(const reading *r, const char *name, const json_t *value) {
    double number;
    const double *scores = NULL;
    if (json_is_array(value)) {
        CAIRN_TRY(numbers_of(r, name, value, &scores));
        return ceiling_put_steps(r->table, r->ctx, name, scores, json_array_size(value));
    }
    CAIRN_TRY(number_of(r, name, value, &number));
    return ceiling_put(r->table, r->ctx, &r->table->proxies, name, number);
}

/* A field that is an object has one score for each of its names. */
static cairn_status put_named(const reading *r, const char *name, const json_t *value) {
    const char *key;
    json_t *one;
    if (!json_is_object(value)) return put_proxy(r, name, value);
    json_object_foreach((json_t *)value, key, one) CAIRN_TRY(put_proxy(r, key, one));
    return CAIRN_OK;
}

/* Calls `put` for every field that is a proxy; a word may also be a name within the field `proxy`. */
static cairn_status each_proxy(const reading *r, const json_t *row,
                               cairn_status (*put)(const reading *, const char *, const json_t *)) {
    const char *asked = r->table->fields.proxies;
    size_t length;
    if (!asked || !*asked) {
        for (int i = 0; proxy_names[i]; i++) {
            const json_t *value = json_object_get(row, proxy_names[i]);
            if (value) CAIRN_TRY(put(r, proxy_names[i], value));
        }
        return CAIRN_OK;
    }
    for (const char *word; (word = cairn_next_word(&asked, &length));) {
        const char *name = cairn_arena_copy(r->table->scratch, word, length);
        if (!name) return CAIRN_NO_MEMORY;
        const json_t *value = json_object_get(row, name);
        if (!value) value = json_object_get(json_object_get(row, "proxy"), name);
        if (value) CAIRN_TRY(put(r, name, value));
    }
    return CAIRN_OK;
}

static cairn_status prompt_of(const reading *r, const json_t *row, uint64_t *out) {
    const char *name, *text;
    char number[32];
    const json_t *value = field_of(row, r->table->fields.prompt, prompt_names, &name);
    text = json_word(value, number);
    if (!text) return json_fail_field(r->ctx, r->where, name, "the prompt, a text or a number", value);
    *out = cairn_key(text, strlen(text));
    return CAIRN_OK;
}

/* Key of the answer's canonical text, so that spellings of one answer are one; 0: there is none. */
static cairn_status answer_of(const reading *r, const json_t *value, uint64_t *out) {
    char number[32], *form;
    const char *text = json_word(value, number);
    *out = 0;
    if (!text) return CAIRN_OK;
    cairn_status status = cairn_answer_canonical(r->ctx, r->table->scratch, text, strlen(text), &form);
    if (status != CAIRN_OK && status != CAIRN_LIMIT) return status;
    if (status == CAIRN_OK && *form) text = form;
    *out = cairn_key(text, strlen(text)) | 1;
    return CAIRN_OK;
}

/* ---- features ---------------------------------------------------------------------------------------------------- */

/* The steps of a list, or the lines of a text; *n 0: none. */
static cairn_status steps_of(const reading *r, const json_t *row, const char *const **out, size_t *n) {
    const char *name;
    const json_t *list = field_of(row, NULL, steps_names, &name);
    const char *text = json_string_value(field_of(row, NULL, text_names, &name));
    *n = json_array_size(list);
    size_t room = *n;
    if (!json_is_array(list))
        for (const char *at = text; at && *at; at++) room += *at == '\n';
    const char **steps = cairn_arena_alloc(r->table->scratch, room + 1, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    *out = steps;
    for (size_t i = 0; i < *n; i++)
        if (!(steps[i] = json_string_value(json_array_get(list, i))))
            return json_fail_field(r->ctx, r->where, "steps", "texts", list);
    if (json_is_array(list) || !text) return CAIRN_OK;
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = text + strcspn(text, "\n");
        if (end > text && !(steps[(*n)++] = cairn_arena_copy(r->table->scratch, text, (size_t)(end - text))))
            return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

static cairn_status put_features(const reading *r, const json_t *row) {
    const json_t *length = json_object_get(row, "length"), *tags = json_object_get(row, "tags");
    const char *const *steps, *key;
    json_t *tag;
    size_t n;
    double value;
    CAIRN_TRY(steps_of(r, row, &steps, &n));
    if (n > 0) CAIRN_TRY(ceiling_put_text(r->table, r->ctx, steps, n));
    if (length) {
        CAIRN_TRY(number_of(r, "length", length, &value));
        CAIRN_TRY(ceiling_put(r->table, r->ctx, &r->table->features, "length", value));
    }
    if (!json_is_object(tags)) return CAIRN_OK;
    json_object_foreach((json_t *)tags, key, tag) {
        CAIRN_TRY(number_of(r, "tags", tag, &value));
        CAIRN_TRY(ceiling_put(r->table, r->ctx, &r->table->features, key, value));
    }
    return CAIRN_OK;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------- */

static cairn_status read_candidate(const reading *r, const json_t *row) {
    const char *name;
    ceiling_candidate c = {.process = NAN};
    const json_t *truth = field_of(row, r->table->fields.truth, truth_names, &name), *process;
    CAIRN_TRY(prompt_of(r, row, &c.prompt));
    if (!truth) return json_fail_field(r->ctx, r->where, name, "the true value of the candidate", truth);
    CAIRN_TRY(number_of(r, name, truth, &c.truth));
    CAIRN_TRY(answer_of(r, json_object_get(row, "answer"), &c.answer));
    if ((process = json_object_get(row, "process"))) CAIRN_TRY(number_of(r, "process", process, &c.process));
    CAIRN_TRY(each_proxy(r, row, put_named));
    CAIRN_TRY(put_features(r, row));
    return ceiling_add(r->table, r->ctx, &c, 1);
}

/* Element `at` of a field that holds a list for all candidates. */
typedef struct element {
    reading r; /* first: each_proxy */
    size_t at, n;
} element;

static cairn_status put_element(const reading *r, const char *name, const json_t *value) {
    const element *e = (const element *)r;
    const char *key;
    json_t *list;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, list) CAIRN_TRY(put_element(r, key, list));
        return CAIRN_OK;
    }
    if (json_array_size(value) != e->n)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `%s`: expected a list of %zu, one a candidate", r->where,
                          name, e->n);
    return put_proxy(r, name, json_array_get(value, e->at));
}

/* A row with the lists of a prompt: the truth is a list, or follows from the sources of the solutions (arXiv
 * 2410.01729). */
static cairn_status read_lists(const reading *r, const json_t *row, const char *name, const json_t *truth,
                               bool sources) {
    const char *right = r->table->fields.right ? r->table->fields.right : "human_to_GPT-4";
    ceiling_candidate c = {.process = NAN};
    element e = {.r = *r, .n = json_array_size(truth)};
    CAIRN_TRY(prompt_of(r, row, &c.prompt));
    for (; e.at < e.n; e.at++) {
        const json_t *one = json_array_get(truth, e.at);
        const char *source = json_string_value(one);
        if (sources && !source) return json_fail_field(r->ctx, r->where, name, "names of sources", truth);
        if (sources)
            c.truth = strcmp(source, right) == 0;
        else
            CAIRN_TRY(number_of(r, name, one, &c.truth));
        CAIRN_TRY(each_proxy(&e.r, row, put_element));
        CAIRN_TRY(ceiling_add(r->table, r->ctx, &c, 1));
    }
    return CAIRN_OK;
}

/* ---- records of solve ------------------------------------------------------------------------------------------------ */

typedef struct trace {
    const char *const *steps; /* [n] from the root */
    const double *scores;     /* [n] NaN: unknown */
    size_t n;
    double process; /* share of the steps that are right; NaN where no verdict is known */
} trace;

/* The steps from the root to `leaf`. */
static cairn_status read_path(const reading *r, const json_t *nodes, json_int_t leaf, trace *out) {
    size_t n = 0, right = 0, known = 0, all = json_array_size(nodes);
    for (json_int_t node = leaf; node > 0; n++) {
        const json_t *parent = json_object_get(json_array_get(nodes, (size_t)node), "parent");
        if ((size_t)node >= all || !json_is_integer(parent) || json_integer_value(parent) >= node)
            return json_fail_field(r->ctx, r->where, "parent", "the number of an earlier node", parent);
        node = json_integer_value(parent);
    }
    const char **steps = cairn_arena_alloc(r->table->scratch, n + 1, sizeof *steps);
    double *scores = cairn_arena_alloc(r->table->scratch, n + 1, sizeof *scores);
    if (!steps || !scores) return CAIRN_NO_MEMORY;
    size_t at = n;
    for (json_int_t node = leaf; node > 0;) {
        const json_t *object = json_array_get(nodes, (size_t)node);
        node = json_integer_value(json_object_get(object, "parent"));
        if (json_is_true(json_object_get(object, "end"))) continue;
        at--;
        CAIRN_TRY(json_get_text(r->ctx, object, "text", r->where, &steps[at]));
        CAIRN_TRY(number_of(r, "score", json_object_get(object, "score"), &scores[at]));
        right += json_is_true(json_object_get(object, "truth"));
        known += json_is_boolean(json_object_get(object, "truth"));
    }
    *out = (trace){steps + at, scores + at, n - at, known ? (double)right / (double)(n - at) : NAN};
    return CAIRN_OK;
}

/* Proxies of a candidate: each named list of step scores, else the scores along its path, else its own score. */
static cairn_status put_scores(const reading *r, const json_t *candidate, const trace *t) {
    const json_t *named = json_object_get(candidate, "scores");
    bool scored = false;
    double score;
    if (json_is_object(named)) return put_named(r, "scores", named);
    for (size_t i = 0; i < t->n; i++) scored |= !isnan(t->scores[i]);
    if (scored) return ceiling_put_steps(r->table, r->ctx, "score", t->scores, t->n);
    CAIRN_TRY(number_of(r, "score", json_object_get(candidate, "score"), &score));
    return isnan(score) ? CAIRN_OK : ceiling_put(r->table, r->ctx, &r->table->proxies, "score", score);
}

static cairn_status read_solution(const reading *r, const json_t *candidate, const json_t *nodes,
                                  ceiling_candidate *c) {
    int64_t count = 1, leaf = 0;
    trace t = {.process = NAN};
    if (json_object_get(candidate, "count")) CAIRN_TRY(json_get_int(r->ctx, candidate, "count", r->where, &count));
    if (count < 1) return json_fail_field(r->ctx, r->where, "count", "1 or more", json_object_get(candidate, "count"));
    CAIRN_TRY(number_of(r, "correct", json_object_get(candidate, "correct"), &c->truth));
    if (json_is_array(nodes)) {
        CAIRN_TRY(json_get_int(r->ctx, candidate, "leaf", r->where, &leaf));
        if (leaf < 0 || (size_t)leaf >= json_array_size(nodes))
            return json_fail_field(r->ctx, r->where, "leaf", "the number of a node",
                                   json_object_get(candidate, "leaf"));
        CAIRN_TRY(read_path(r, nodes, leaf, &t));
        CAIRN_TRY(ceiling_put_text(r->table, r->ctx, t.steps, t.n));
    }
    CAIRN_TRY(put_scores(r, candidate, &t));
    c->process = t.process;
    CAIRN_TRY(answer_of(r, json_object_get(candidate, "answer"), &c->answer));
    return ceiling_add(r->table, r->ctx, c, (size_t)count);
}

static cairn_status read_solved(const reading *r, const json_t *record, const json_t *candidates) {
    const json_t *nodes = json_object_get(record, "tree"), *key = json_object_get(record, "problem_key");
    ceiling_candidate c = {0};
    CAIRN_TRY(prompt_of(r, record, &c.prompt));
    if (json_is_string(key)) c.prompt = cairn_key(json_string_value(key), json_string_length(key));
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        cairn_arena_reset(r->table->scratch);
        CAIRN_TRY(read_solution(r, json_array_get(candidates, i), nodes, &c));
    }
    return CAIRN_OK;
}

/* ---- files ------------------------------------------------------------------------------------------------------------ */

static cairn_status read_row(const reading *r, const json_t *row) {
    const char *name;
    const json_t *candidates = json_object_get(row, "candidates");
    const json_t *sources = json_object_get(row, "solution_reference");
    const json_t *truth = field_of(row, r->table->fields.truth, truth_names, &name);
    cairn_arena_report(r->table->scratch, r->ctx);
    cairn_arena_reset(r->table->scratch);
    if (json_is_array(candidates)) return read_solved(r, row, candidates);
    if (json_is_array(truth)) return read_lists(r, row, name, truth, false);
    if (!truth && json_is_array(sources)) return read_lists(r, row, "solution_reference", sources, true);
    return read_candidate(r, row);
}

cairn_status cairn_ceiling_table_add(cairn_ceiling_table *t, cairn_ctx *ctx, const char *id, const char *record,
                                     size_t length) {
    json_t *row;
    CAIRN_TRY(json_parse(ctx, record, length, id, &row));
    cairn_status status =
        json_is_object(row) ? read_row(&(reading){t, ctx, id}, row) : json_fail_value(ctx, id, "an object", row);
    json_decref(row);
    return status;
}

typedef struct visiting {
    cairn_ceiling_table *table;
    cairn_ctx *ctx;
} visiting;

static cairn_status visit(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)index;
    const visiting *v = arg;
    if (cairn_cancelled(v->ctx)) return cairn_fail(v->ctx, CAIRN_CANCELLED, "interrupted");
    return cairn_ceiling_table_add(v->table, v->ctx, id, record, length);
}

static cairn_status visit_row(cairn_ctx *ctx, void *arg, const json_t *row, const char *where) {
    return read_row(&(reading){arg, ctx, where}, row);
}

static cairn_status read_run(cairn_ceiling_table *t, cairn_ctx *ctx, const char *path) {
    cairn_run *run;
    CAIRN_TRY(cairn_run_open(ctx, path, &run));
    const char *verb = cairn_run_manifest(run, "verb");
    cairn_status status = CAIRN_OK;
    if (!verb || strcmp(verb, "solve") != 0)
        status = cairn_fail(ctx, CAIRN_INVALID, "%s: a run of `%s`, not of `solve`", path, verb ? verb : "?");
    if (status == CAIRN_OK) status = cairn_run_each(run, ctx, visit, &(visiting){t, ctx});
    cairn_run_close(run);
    return status;
}

cairn_status cairn_ceiling_table_read(cairn_ceiling_table *t, cairn_ctx *ctx, const char *path) {
    if (cairn_run_detect(path)) return read_run(t, ctx, path);
    return rows_each(ctx, path, ROW_BYTES, visit_row, t);
}
