/* Score files: problems and steps as one tree of texts in a hash table, so that a prefix is found in time linear in its
 * length. Texts are compared, so equal hashes do no harm. */
#include "reward/score_file.h"

#include <math.h>
#include <string.h>

#include "data/rows.h"
#include "reward/meanings.h"

#define ROW_BYTES ((size_t)16 << 20)

/* Parents of the nodes that have none. */
enum { NODE_PROBLEM = -1, NODE_ID = -2 };

typedef struct node {
    int32_t parent; /* the prefix without its last step, NODE_PROBLEM or NODE_ID */
    int32_t whole;  /* first line whose last step this is; -1: none */
    int32_t from;   /* first line that has a known score of the step, else any line that has the step */
    const char *text;
} node;

typedef struct scale {
    int32_t meaning; /* cairn_meaning */
    double low, high;
} scale;

struct score_file {
    cairn_arena *arena; /* texts and scores */
    const char *path;
    score_read how;
    bool scale_known;
    scale said;  /* by the first line */
    node *nodes; /* [n_nodes] */
    size_t n_nodes, node_capacity;
    score_line *lines; /* [n_lines] */
    size_t n_lines, line_capacity;
    int32_t *slots; /* [n_slots], a power of two: index of a node or -1 */
    size_t n_slots;
    bool has_ids;
    int64_t conflicts, skipped;
    uint64_t content;
};

/* ---- the table ------------------------------------------------------------------------------------------------------------ */

static size_t slot_of(const score_file *f, int32_t parent, const char *text) {
    uint64_t key = cairn_key_mix((uint64_t)(int64_t)parent, cairn_key(text, strlen(text)));
    size_t slot = (size_t)key & (f->n_slots - 1);
    for (; f->slots[slot] >= 0; slot = (slot + 1) & (f->n_slots - 1)) {
        const node *at = &f->nodes[f->slots[slot]];
        if (at->parent == parent && strcmp(at->text, text) == 0) break;
    }
    return slot;
}

static int32_t find(const score_file *f, int32_t parent, const char *text) {
    return f->slots[slot_of(f, parent, text)];
}

/* Twice the slots, at most half of them taken. */
static cairn_status grow_slots(cairn_ctx *ctx, score_file *f) {
    size_t n = f->n_slots ? 2 * f->n_slots : 1024;
    int32_t *slots = cairn_alloc(ctx, n, sizeof *slots);
    if (!slots) return CAIRN_NO_MEMORY;
    memset(slots, 0xff, n * sizeof *slots);
    cairn_free(f->slots);
    f->slots = slots;
    f->n_slots = n;
    for (size_t i = 0; i < f->n_nodes; i++) f->slots[slot_of(f, f->nodes[i].parent, f->nodes[i].text)] = (int32_t)i;
    return CAIRN_OK;
}

/* The node of this text under `parent`, made where it is not there. */
static cairn_status add_node(cairn_ctx *ctx, score_file *f, int32_t parent, const char *text, int32_t *out, bool *new) {
    if (2 * (f->n_nodes + 1) > f->n_slots) CAIRN_TRY(grow_slots(ctx, f));
    size_t slot = slot_of(f, parent, text);
    *new = f->slots[slot] < 0;
    *out = f->slots[slot];
    if (!*new) return CAIRN_OK;
    if (f->n_nodes == INT32_MAX) return cairn_fail(ctx, CAIRN_LIMIT, "%s: more than 2^31 steps", f->path);
    CAIRN_TRY(cairn_grow(ctx, (void **)&f->nodes, &f->node_capacity, f->n_nodes + 1, sizeof *f->nodes));
    *out = f->slots[slot] = (int32_t)f->n_nodes;
    f->nodes[f->n_nodes++] = (node){.parent = parent, .whole = -1, .text = text};
    return CAIRN_OK;
}

/* Line `index` has a score of step i, which is this node. */
static void note_score(score_file *f, node *at, bool new, int32_t index, int32_t i) {
    if (new) at->from = index;
    double before = f->lines[at->from].scores[i], now = f->lines[index].scores[i];
    f->conflicts += isnan(before) != isnan(now) || before < now || before > now;
    if (isnan(before)) at->from = index;
}

static cairn_status add_line(cairn_ctx *ctx, score_file *f, const score_line *line, int32_t *index) {
    if (f->n_lines == INT32_MAX) return cairn_fail(ctx, CAIRN_LIMIT, "%s: more than 2^31 lines", f->path);
    CAIRN_TRY(cairn_grow(ctx, (void **)&f->lines, &f->line_capacity, f->n_lines + 1, sizeof *f->lines));
    *index = (int32_t)f->n_lines;
    f->lines[f->n_lines++] = *line;
    return CAIRN_OK;
}

static cairn_status add_solution(cairn_ctx *ctx, score_file *f, const char *problem, const char *const *steps,
                                 const score_line *line) {
    int32_t at = -1, index = -1;
    bool new;
    CAIRN_TRY(add_line(ctx, f, line, &index));
    CAIRN_TRY(add_node(ctx, f, NODE_PROBLEM, problem, &at, &new));
    for (int32_t i = 0; i < line->n; i++) {
        CAIRN_TRY(add_node(ctx, f, at, steps[i], &at, &new));
        note_score(f, &f->nodes[at], new, index, i);
    }
    if (f->nodes[at].whole < 0) f->nodes[at].whole = index;
    return CAIRN_OK;
}

static cairn_status add_id(cairn_ctx *ctx, score_file *f, const score_line *line) {
    int32_t at = -1, index = -1;
    bool new;
    CAIRN_TRY(add_line(ctx, f, line, &index));
    CAIRN_TRY(add_node(ctx, f, NODE_ID, line->id, &at, &new));
    f->has_ids = true;
    if (new) {
        f->nodes[at].whole = index;
        return CAIRN_OK;
    }
    return cairn_fail(ctx, CAIRN_FORMAT,
                      "%s:%lld: id `%.60s` stands in line %lld too: scores by id need ids that differ", f->path,
                      (long long)line->number, line->id, (long long)f->lines[f->nodes[at].whole].number);
}

/* ---- reading score files ---------------------------------------------------------------------------------------------------- */

typedef struct reading {
    cairn_ctx *ctx;
    score_file *file;
    const json_t *object;
    const char *where; /* "file:7" */
    int64_t number;
} reading;

static const scale plain = {CAIRN_MEANING_CORRECTNESS, 0, 1};

/* The first of these fields that the object has, with its name; where it has none, NULL and the first name. */
static const json_t *first_of(const json_t *object, const char *const *names, const char **name) {
    *name = names[0];
    for (; *names; names++) {
        const json_t *value = json_object_get(object, *names);
        if (!value || json_is_null(value)) continue;
        *name = *names;
        return value;
    }
    return NULL;
}

static const char *const problem_names[] = {"prompt", "problem", "question", "input", NULL};
static const char *const steps_names[] = {"completions", "steps", NULL};

static const json_t *scores_of(const json_t *object, int32_t field, const char **name) {
    static const char *const names[] = {"step_scores", "scores", NULL}, *const last[] = {"scores", NULL},
                             *const own[] = {"step_scores", NULL};
    return first_of(object, field == SCORE_FIELD_AUTO ? names : field == SCORE_FIELD_SCORES ? last : own, name);
}

static cairn_status read_scale(const reading *r, scale *out) {
    json_t *by;
    const char *meaning;
    CAIRN_TRY(json_get_object(r->ctx, r->object, "scored_by", r->where, &by));
    CAIRN_TRY(json_get_text(r->ctx, by, "meaning", r->where, &meaning));
    CAIRN_TRY(json_get_real(r->ctx, by, "low", r->where, &out->low));
    CAIRN_TRY(json_get_real(r->ctx, by, "high", r->where, &out->high));
    for (out->meaning = 0; out->meaning < CAIRN_MEANING_COUNT; out->meaning++)
        if (strcmp(cairn_meaning_name((cairn_meaning)out->meaning), meaning) == 0) return CAIRN_OK;
    return json_fail_field(r->ctx, r->where, "meaning", "one of " MEANING_CHOICES, json_object_get(by, "meaning"));
}

/* Meaning and range are those of the options, else of the first line, else of a correctness. */
static cairn_status fix_scale(cairn_ctx *ctx, score_file *f, const scale *said) {
    score_read *how = &f->how;
    f->scale_known = true;
    f->said = *said;
    if (how->meaning < 0) how->meaning = said->meaning;
    if (isnan(how->low)) how->low = said->low;
    if (isnan(how->high)) how->high = said->high;
    if (how->low < how->high) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "recorded: low=%g is not less than high=%g", how->low, how->high);
}

/* The scores of one file are on one scale. */
static cairn_status check_scale(const reading *r) {
    scale said = plain;
    const json_t *by = json_object_get(r->object, "scored_by");
    bool names = by && !json_is_null(by);
    if (names) CAIRN_TRY(read_scale(r, &said));
    if (!r->file->scale_known) return fix_scale(r->ctx, r->file, &said);
    const scale *first = &r->file->said;
    if (!names || (said.meaning == first->meaning && !(said.low < first->low || said.low > first->low) &&
                   !(said.high < first->high || said.high > first->high)))
        return CAIRN_OK;
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `scored_by`: another meaning or range than in the first line",
                      r->where);
}

static cairn_status check_score(cairn_ctx *ctx, const score_file *f, const char *where, const char *field, size_t i,
                                double score) {
    char low[32], high[32], got[32];
    if (isnan(score) || (score >= f->how.low && score <= f->how.high)) return CAIRN_OK;
    cairn_format_double(f->how.low, low);
    cairn_format_double(f->how.high, high);
    cairn_format_double(score, got);
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `%s[%zu]`: expected %s to %s (options low and high), got %s", where,
                      field, i, low, high, got);
}

static cairn_status read_array(const reading *r, const json_t *array, const char *field, score_line *line) {
    size_t n = json_array_size(array);
    if (!json_is_array(array)) return json_fail_field(r->ctx, r->where, field, "an array of numbers", array);
    if (n > INT32_MAX) return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: more than 2^31 scores", r->where);
    double *scores = cairn_arena_alloc(r->file->arena, n + 1, sizeof *scores);
    if (!scores) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(array, i);
        char name[64];
        snprintf(name, sizeof name, "%s[%zu]", field, i);
        if (!json_is_number(value) && !json_is_null(value))
            return json_fail_field(r->ctx, r->where, name, "a number or null", value);
        scores[i] = json_is_null(value) ? NAN : json_number_value(value);
        CAIRN_TRY(check_score(r->ctx, r->file, r->where, field, i, scores[i]));
    }
    line->scores = scores;
    line->n = (int32_t)n;
    return CAIRN_OK;
}

static cairn_status read_id(const reading *r, const char **out) {
    const json_t *id = json_object_get(r->object, "id");
    int64_t number;
    *out = "";
    if (json_is_string(id))
        *out = cairn_arena_copy(r->file->arena, json_string_value(id), json_string_length(id));
    else if (json_whole(id, INT64_MIN, INT64_MAX, &number))
        *out = cairn_arena_printf(r->file->arena, "%lld", (long long)number);
    else if (id && !json_is_null(id))
        return json_fail_field(r->ctx, r->where, "id", "a string or an integer", id);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status read_steps(const reading *r, const json_t *array, const char *field, const char *scores_field,
                               int32_t n, const char ***out) {
    if (!json_is_array(array)) return json_fail_field(r->ctx, r->where, field, "an array of strings", array);
    if (json_array_size(array) != (size_t)n)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `%s`: expected one score a step of `%s`: %zu, got %d",
                          r->where, scores_field, field, json_array_size(array), (int)n);
    const char **steps = cairn_arena_alloc(r->file->arena, (size_t)n + 1, sizeof *steps);
    if (!steps) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        const json_t *step = json_array_get(array, (size_t)i);
        if (!json_is_string(step)) return json_fail_field(r->ctx, r->where, field, "an array of strings", array);
        steps[i] = cairn_arena_copy(r->file->arena, json_string_value(step), json_string_length(step));
        if (!steps[i]) return CAIRN_NO_MEMORY;
    }
    *out = steps;
    return CAIRN_OK;
}

/* One text a step; NULL where the field is something else, which others may use the name for. */
static cairn_status read_texts(const reading *r, const char *field, int32_t n, const char *const **out) {
    const json_t *array = json_object_get(r->object, field);
    bool fits = json_is_array(array) && json_array_size(array) == (size_t)n;
    for (size_t i = 0; fits && i < (size_t)n; i++) fits = json_is_string(json_array_get(array, i));
    *out = NULL;
    if (!fits) return CAIRN_OK;
    const char **texts = cairn_arena_alloc(r->file->arena, (size_t)n + 1, sizeof *texts);
    if (!texts) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        const json_t *text = json_array_get(array, (size_t)i);
        texts[i] = cairn_arena_copy(r->file->arena, json_string_value(text), json_string_length(text));
        if (!texts[i]) return CAIRN_NO_MEMORY;
    }
    *out = texts;
    return CAIRN_OK;
}

static cairn_status read_object(const reading *r) {
    const char *field, *problem_field = NULL, *steps_field = NULL, **steps = NULL;
    score_line line = {.number = r->number};
    const json_t *scores = scores_of(r->object, r->file->how.field, &field);
    if (!scores) return json_fail_field(r->ctx, r->where, field, "an array of numbers", scores);
    CAIRN_TRY(check_scale(r));
    CAIRN_TRY(read_array(r, scores, field, &line));
    CAIRN_TRY(read_texts(r, "codes", line.n, &line.codes));
    CAIRN_TRY(read_texts(r, "evidence", line.n, &line.evidence));
    CAIRN_TRY(read_id(r, &line.id));
    const json_t *problem = first_of(r->object, problem_names, &problem_field);
    const json_t *array = first_of(r->object, steps_names, &steps_field);
    if (!array) {
        if (!*line.id) return json_fail_field(r->ctx, r->where, "id", "an id, or a prompt with completions", NULL);
        return add_id(r->ctx, r->file, &line);
    }
    if (!json_is_string(problem)) return json_fail_field(r->ctx, r->where, problem_field, "a string", problem);
    CAIRN_TRY(read_steps(r, array, steps_field, field, line.n, &steps));
    const char *text = cairn_arena_copy(r->file->arena, json_string_value(problem), json_string_length(problem));
    return text ? add_solution(r->ctx, r->file, text, steps, &line) : CAIRN_NO_MEMORY;
}

/* True where a bad line is passed over. */
static bool pass_over(cairn_ctx *ctx, score_file *f, cairn_status status) {
    if (!f->how.skip_bad || (status != CAIRN_FORMAT && status != CAIRN_LIMIT)) return false;
    f->skipped++;
    cairn_log(ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(ctx));
    return true;
}

static cairn_status read_rows(cairn_ctx *ctx, score_file *f, rows *r) {
    reading now = {.ctx = ctx, .file = f};
    for (;;) {
        if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
        cairn_status status = rows_next(r, &now.object);
        if (status == CAIRN_END) return CAIRN_OK;
        now.where = rows_where(r);
        now.number = rows_line(r);
        if (status == CAIRN_OK) status = read_object(&now);
        if (status != CAIRN_OK && !pass_over(ctx, f, status)) return status;
    }
}

/* ---- reading data sets ------------------------------------------------------------------------------------------------------ */

/* Labels of right and wrong are what scores are measured against; soft ones are scores. */
static bool is_soft(const cairn_record *record) {
    if (!record->labels) return false;
    for (int32_t i = 0; i < record->n_steps; i++)
        if (record->labels[i] > 0 && record->labels[i] < 1) return true;
    return record->first_error == CAIRN_UNLABELLED;
}

static cairn_status add_record(cairn_ctx *ctx, score_file *f, const cairn_record *record) {
    char where[512];
    snprintf(where, sizeof where, "%.400s:%lld", f->path, (long long)record->line);
    if (!is_soft(record))
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: no scores: fields `step_scores` and `scores` are missing", where);
    if (!f->scale_known) CAIRN_TRY(fix_scale(ctx, f, &plain));
    for (int32_t i = 0; i < record->n_steps; i++)
        CAIRN_TRY(check_score(ctx, f, where, "scores", (size_t)i, record->labels[i]));
    score_line line = {.id = record->id, .scores = record->labels, .n = record->n_steps, .number = record->line};
    return add_solution(ctx, f, record->problem, record->steps, &line);
}

static cairn_status read_dataset(cairn_ctx *ctx, score_file *f) {
    cairn_dataset *dataset;
    cairn_record record;
    cairn_read_options read = {.format = f->how.format, .skip_bad = f->how.skip_bad};
    CAIRN_TRY(cairn_dataset_open(ctx, f->path, read, &dataset));
    cairn_status status;
    while ((status = cairn_dataset_next(dataset, f->arena, &record)) == CAIRN_OK) {
        status = cairn_cancelled(ctx) ? cairn_fail(ctx, CAIRN_CANCELLED, "interrupted") : add_record(ctx, f, &record);
        if (status != CAIRN_OK && !pass_over(ctx, f, status)) break;
    }
    f->skipped += cairn_dataset_skipped(dataset);
    f->content = cairn_dataset_key(dataset);
    cairn_dataset_close(dataset);
    return status == CAIRN_END ? CAIRN_OK : status;
}

/* ---- opening ---------------------------------------------------------------------------------------------------------------- */

/* A score file is known by its first row, which has scores under their own name. */
static cairn_status starts_as_score_file(cairn_ctx *ctx, const score_file *f, bool *out) {
    rows *r;
    const json_t *object;
    const char *name;
    *out = f->how.field != SCORE_FIELD_AUTO;
    if (*out) return CAIRN_OK;
    if (!rows_again(f->path))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: a pipe is read only once: say what it holds (field or format)",
                          f->path);
    CAIRN_TRY(rows_open(ctx, f->path, ROW_BYTES, &r));
    *out = rows_next(r, &object) == CAIRN_OK && scores_of(object, f->how.field, &name);
    rows_close(r);
    return CAIRN_OK;
}

static cairn_status read_score_file(cairn_ctx *ctx, score_file *f) {
    rows *r;
    CAIRN_TRY(rows_open(ctx, f->path, ROW_BYTES, &r));
    cairn_status status = read_rows(ctx, f, r);
    f->content = rows_key(r);
    rows_close(r);
    return status;
}

static cairn_status read_all(cairn_ctx *ctx, score_file *f) {
    bool own = false;
    CAIRN_TRY(grow_slots(ctx, f));
    if (f->how.format == CAIRN_FORMAT_AUTO) CAIRN_TRY(starts_as_score_file(ctx, f, &own));
    CAIRN_TRY(own ? read_score_file(ctx, f) : read_dataset(ctx, f));
    if (f->n_lines == 0) return cairn_fail(ctx, CAIRN_FORMAT, "%s holds no scores", f->path);
    if (f->conflicts)
        cairn_log(ctx, CAIRN_LOG_INFO, "%s: %lld steps have another score in an earlier line, which stands", f->path,
                  (long long)f->conflicts);
    if (f->skipped) cairn_log(ctx, CAIRN_LOG_WARN, "%s: bad lines passed over: %lld", f->path, (long long)f->skipped);
    return CAIRN_OK;
}

cairn_status score_file_open(cairn_ctx *ctx, const char *path, const score_read *how, score_file **out) {
    score_file *f = cairn_alloc(ctx, 1, sizeof *f);
    if (!f) return CAIRN_NO_MEMORY;
    f->how = *how;
    cairn_status status = cairn_arena_open(ctx, 1 << 16, &f->arena);
    if (status == CAIRN_OK && !(f->path = cairn_arena_copy(f->arena, path, strlen(path)))) status = CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = read_all(ctx, f);
    if (status == CAIRN_OK)
        *out = f;
    else
        score_file_close(f);
    return status;
}

void score_file_close(score_file *file) {
    if (!file) return;
    cairn_free(file->nodes);
    cairn_free(file->lines);
    cairn_free(file->slots);
    cairn_arena_close(file->arena);
    cairn_free(file);
}

const char *score_file_path(const score_file *file) {
    return file->path;
}

uint64_t score_file_content(const score_file *file) {
    return file->content;
}

void score_file_scale(const score_file *file, cairn_meaning *meaning, double *low, double *high) {
    *meaning = (cairn_meaning)file->how.meaning;
    *low = file->how.low;
    *high = file->how.high;
}

/* ---- finding ---------------------------------------------------------------------------------------------------------------- */

int32_t score_file_find(const score_file *file, const char *problem, const char *const *steps, int32_t n,
                        const score_line **at) {
    int32_t now = find(file, NODE_PROBLEM, problem), known = 0;
    for (int32_t i = 0; i < n; i++) {
        now = now < 0 ? -1 : find(file, now, steps[i]);
        at[i] = now < 0 ? NULL : &file->lines[file->nodes[now].from];
        known += now >= 0;
    }
    if (now < 0 || file->nodes[now].whole < 0) return known;
    for (int32_t i = 0; i < n; i++) at[i] = &file->lines[file->nodes[now].whole];
    return known;
}

const score_line *score_file_by_id(const score_file *file, const char *id) {
    int32_t at = file->has_ids ? find(file, NODE_ID, id) : -1;
    return at < 0 ? NULL : &file->lines[file->nodes[at].whole];
}
