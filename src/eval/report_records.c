/* The problems of a report's page: outcome, answers and tree, or labelled solutions, as compact JSON within a bound of
 * bytes. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "eval/report.h"
#include "search/shown.h"

enum {
    LISTED = 1000,         /* problems of a run, where nothing else was asked for */
    RECORD_ROOM = 4000000, /* likewise, bytes for all of them */
    MOST_TEXT = 4000,      /* bytes of one text */
    MOST_ANSWERS = 12,     /* different answers of a problem */
    MOST_NODES = 2000,     /* of one tree */
    NODE_BYTES = 28        /* about, of a node beside its text */
};

typedef struct writing {
    cairn_ctx *ctx;
    cairn_arena *arena; /* of one record */
    cairn_out *out;
    const report_run *run;
    int64_t most, listed; /* problems of this run */
    int64_t left;         /* problems to come, of all runs */
    size_t room;          /* bytes for them */
    char where[512];
} writing;

/* ---- small values -------------------------------------------------------------------------------------------------- */

/* Four digits are enough to look at. */
static json_t *short_number(double value) {
    char text[32];
    if (!isfinite(value)) return json_null();
    int n = snprintf(text, sizeof text, "%.4g", value);
    return cairn_parse_double(text, (size_t)n, &value) == CAIRN_OK ? report_number(value) : NULL;
}

/* The text, or its beginning and how many bytes are left out. */
static json_t *cut_text(const char *text) {
    size_t length = strlen(text), cut = MOST_TEXT;
    if (length <= MOST_TEXT) return json_string(text);
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80) cut--;
    return json_sprintf("%.*s… [%zu more bytes]", (int)cut, text, length - cut);
}

static json_t *cut_field(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? cut_text(text) : json_null();
}

/* Bytes of a text within the page. */
static size_t page_bytes(const char *text) {
    size_t n = 0, i = 0;
    for (; text[i] && i < MOST_TEXT; i++) {
        unsigned char c = (unsigned char)text[i];
        n += c < 0x20 || c == '<' ? 6 : c == '"' || c == '\\' ? 2 : 1;
    }
    return n;
}

static char mark_of(const json_t *verdict) {
    return json_is_true(verdict) ? 'r' : json_is_false(verdict) ? 'w' : '.';
}

/* The object with one field more; NULL where it or the field found no memory. Takes over both. */
static json_t *with(json_t *object, const char *name, json_t *more) {
    if (json_object_set_new(object, name, more) == 0) return object;
    json_decref(object);
    return NULL;
}

/* Room for a letter each, and a NUL. */
static char *letters(writing *w, size_t n) {
    char *room = cairn_arena_alloc(w->arena, n + 1, 1);
    if (!room) errno = ENOMEM; /* as where JSON finds none */
    return room;
}

/* ---- trees --------------------------------------------------------------------------------------------------------- */

typedef struct kept_tree {
    const json_t *nodes;
    uint32_t count;
    uint32_t *parent, *visits, *times;
    float *score;
    bool *chosen, *shown;
    char *truth, *outcome; /* 'r', 'w' or '.': not known; outcome 'u': checked, not known */
    uint32_t *number;      /* among the nodes that are shown */
    shown_nodes interest;
} kept_tree;

static cairn_status read_count(writing *w, const json_t *node, const char *name, uint32_t *out) {
    int64_t value;
    CAIRN_TRY(json_get_int(w->ctx, node, name, w->where, &value));
    if (value < 0 || value > UINT32_MAX)
        return json_fail_field(w->ctx, w->where, name, "a count", json_object_get(node, name));
    *out = (uint32_t)value;
    return CAIRN_OK;
}

static cairn_status read_node(writing *w, kept_tree *tree, uint32_t i) {
    const json_t *node = json_array_get(tree->nodes, i), *parent = json_object_get(node, "parent");
    const char *text;
    double score;
    CAIRN_TRY(json_get_text(w->ctx, node, "text", w->where, &text));
    CAIRN_TRY(report_get_number(w->ctx, node, "score", w->where, &score));
    CAIRN_TRY(read_count(w, node, "visits", &tree->visits[i]));
    CAIRN_TRY(read_count(w, node, "multiplicity", &tree->times[i]));
    if (i > 0 && (!json_is_integer(parent) || json_integer_value(parent) < 0 || json_integer_value(parent) >= i))
        return json_fail_field(w->ctx, w->where, "parent", "the number of an earlier node", parent);
    tree->parent[i] = i ? (uint32_t)json_integer_value(parent) : 0;
    tree->score[i] = (float)score;
    tree->truth[i] = mark_of(json_object_get(node, "truth"));
    tree->outcome[i] = '.';
    return CAIRN_OK;
}

static cairn_status read_tree(writing *w, const json_t *nodes, kept_tree *tree) {
    size_t n = json_array_size(nodes);
    if (n == 0 || n > INT32_MAX) return json_fail_field(w->ctx, w->where, "tree", "nodes", nodes);
    *tree = (kept_tree){.nodes = nodes, .count = (uint32_t)n};
    tree->parent = cairn_arena_alloc(w->arena, n, sizeof *tree->parent);
    tree->visits = cairn_arena_alloc(w->arena, n, sizeof *tree->visits);
    tree->times = cairn_arena_alloc(w->arena, n, sizeof *tree->times);
    tree->score = cairn_arena_alloc(w->arena, n, sizeof *tree->score);
    tree->chosen = cairn_arena_alloc(w->arena, n, sizeof *tree->chosen);
    tree->shown = cairn_arena_alloc(w->arena, n, sizeof *tree->shown);
    tree->truth = cairn_arena_alloc(w->arena, n + 1, 1);
    tree->outcome = cairn_arena_alloc(w->arena, n + 1, 1);
    tree->number = cairn_arena_alloc(w->arena, n, sizeof *tree->number);
    if (!tree->parent || !tree->visits || !tree->times || !tree->score || !tree->chosen || !tree->shown ||
        !tree->truth || !tree->outcome || !tree->number)
        return CAIRN_NO_MEMORY;
    for (uint32_t i = 0; i < tree->count; i++) CAIRN_TRY(read_node(w, tree, i));
    return CAIRN_OK;
}

/* Marks the ends of candidates, and the path to the chosen one. */
static cairn_status mark_candidates(writing *w, const json_t *record, kept_tree *tree) {
    const json_t *list = json_object_get(record, "candidates"), *chosen = json_object_get(record, "chosen");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *candidate = json_array_get(list, i), *correct = json_object_get(candidate, "correct");
        int64_t leaf;
        CAIRN_TRY(json_get_int(w->ctx, candidate, "leaf", w->where, &leaf));
        if (leaf < 0 || leaf >= tree->count)
            return json_fail_field(w->ctx, w->where, "leaf", "the number of a node",
                                   json_object_get(candidate, "leaf"));
        tree->outcome[leaf] = json_is_null(correct) ? 'u' : mark_of(correct);
        if (!json_is_integer(chosen) || json_integer_value(chosen) != (json_int_t)i) continue;
        for (uint32_t node = (uint32_t)leaf; !tree->chosen[node]; node = tree->parent[node]) tree->chosen[node] = true;
    }
    return CAIRN_OK;
}

/* As many nodes as fit into `room` bytes, at least the root and at most MOST_NODES. */
static cairn_status choose_nodes(writing *w, kept_tree *tree, size_t room) {
    size_t used = 0;
    CAIRN_TRY(shown_find(w->arena,
                         &(shown_tree){tree->count, tree->parent, tree->visits, tree->score, tree->chosen, NULL},
                         &tree->interest));
    for (uint32_t i = 0; i < tree->interest.n; i++) {
        uint32_t node = tree->interest.order[i];
        const char *text = json_string_value(json_object_get(json_array_get(tree->nodes, node), "text"));
        used += page_bytes(text ? text : "") + NODE_BYTES;
        if ((used > room && i > 0) || i == MOST_NODES) return CAIRN_OK;
        tree->shown[node] = true;
    }
    return CAIRN_OK;
}

/* One column of the nodes that are shown. */
static json_t *column(const kept_tree *tree, json_t *(*cell)(const kept_tree *, uint32_t)) {
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < tree->count; i++)
        if (tree->shown[i]) list = json_append(list, cell(tree, i));
    return list;
}

static json_t *parent_cell(const kept_tree *tree, uint32_t i) {
    return json_integer(i ? (json_int_t)tree->number[tree->parent[i]] : -1);
}
static json_t *text_cell(const kept_tree *tree, uint32_t i) {
    return cut_field(json_array_get(tree->nodes, i), "text");
}
static json_t *score_cell(const kept_tree *tree, uint32_t i) {
    return short_number((double)tree->score[i]);
}
static json_t *visits_cell(const kept_tree *tree, uint32_t i) {
    return json_integer(tree->visits[i]);
}
static json_t *times_cell(const kept_tree *tree, uint32_t i) {
    return json_integer(tree->times[i]);
}
/* Nodes below, not shown, that hang from this one directly. */
static json_t *folded_cell(const kept_tree *tree, uint32_t i) {
    return json_integer(tree->interest.below[i]);
}

/* One letter a node that is shown. */
static json_t *marks(writing *w, const kept_tree *tree, char (*mark)(const kept_tree *, uint32_t)) {
    size_t n = 0;
    char *text = letters(w, tree->count);
    for (uint32_t i = 0; text && i < tree->count; i++)
        if (tree->shown[i]) text[n++] = mark(tree, i);
    return text ? json_stringn(text, n) : NULL;
}

static char truth_mark(const kept_tree *tree, uint32_t i) {
    return tree->truth[i];
}
static char outcome_mark(const kept_tree *tree, uint32_t i) {
    return tree->outcome[i];
}
static char end_mark(const kept_tree *tree, uint32_t i) {
    return json_is_true(json_object_get(json_array_get(tree->nodes, i), "end")) ? 'e' : '.';
}
static char chosen_mark(const kept_tree *tree, uint32_t i) {
    return tree->chosen[i] ? 'c' : '.';
}

/* Of each node, the nodes not shown that its children not shown hold; numbers the others. Uses `below` for it. */
static void fold(kept_tree *tree) {
    uint32_t *folded = tree->interest.below, n = 0;
    for (uint32_t i = tree->count - 1; i > 0; i--)
        if (!tree->shown[i] && tree->shown[tree->parent[i]]) tree->number[tree->parent[i]] += folded[i];
    for (uint32_t i = 0; i < tree->count; i++) {
        folded[i] = tree->number[i];
        tree->number[i] = n;
        n += tree->shown[i];
    }
}

static json_t *tree_json(writing *w, const kept_tree *tree) {
    bool visited = tree->interest.most_visits > 0, repeated = false, folded = false;
    for (uint32_t i = 0; i < tree->count; i++) {
        repeated = repeated || tree->times[i] > 1;
        folded = folded || (tree->shown[i] && tree->interest.below[i]);
    }
    json_t *object = json_pack("{s:I}", "total", (json_int_t)tree->count);
    object = with(object, "parent", column(tree, parent_cell));
    object = with(object, "text", column(tree, text_cell));
    object = with(object, "score", column(tree, score_cell));
    if (visited) object = with(object, "visits", column(tree, visits_cell));
    if (repeated) object = with(object, "times", column(tree, times_cell));
    if (folded) object = with(object, "folded", column(tree, folded_cell));
    object = with(object, "truth", marks(w, tree, truth_mark));
    object = with(object, "outcome", marks(w, tree, outcome_mark));
    object = with(object, "end", marks(w, tree, end_mark));
    return with(object, "chosen", marks(w, tree, chosen_mark));
}

static cairn_status add_tree(writing *w, const json_t *record, size_t room, json_t **page) {
    const json_t *nodes = json_object_get(record, "tree");
    kept_tree tree;
    if (!nodes) return CAIRN_OK;
    CAIRN_TRY(read_tree(w, nodes, &tree));
    CAIRN_TRY(mark_candidates(w, record, &tree));
    CAIRN_TRY(choose_nodes(w, &tree, room));
    fold(&tree);
    *page = with(*page, "tree", tree_json(w, &tree));
    return CAIRN_OK;
}

/* ---- a problem that was solved ------------------------------------------------------------------------------------- */

/* The different answers of the candidates with how often each was sampled, how it was judged and its best score:
 * [answer, count, mark, score], the most frequent first; equal ones in order of the candidates. */
typedef struct answer {
    const char *text; /* NULL: none */
    int64_t count;
    char mark;
    double score;
} answer;

static answer *answer_of(answer *list, size_t *n, const char *text) {
    for (size_t i = 0; i < *n; i++)
        if (list[i].text == text || (list[i].text && text && strcmp(list[i].text, text) == 0)) return &list[i];
    if (*n == MOST_ANSWERS) return NULL;
    list[*n] = (answer){.text = text, .mark = '.', .score = NAN};
    return &list[(*n)++];
}

/* Time: candidates x MOST_ANSWERS. */
static json_t *answers_json(const json_t *candidates, int64_t *beyond) {
    answer list[MOST_ANSWERS];
    size_t n = 0;
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const json_t *c = json_array_get(candidates, i), *score = json_object_get(c, "score");
        int64_t count = json_integer_value(json_object_get(c, "count"));
        answer *a = answer_of(list, &n, json_string_value(json_object_get(c, "answer")));
        if (count < 0 || count > INT32_MAX) count = 0;
        if (!a) {
            *beyond += count;
            continue;
        }
        a->count += count;
        if (!json_is_null(json_object_get(c, "correct"))) a->mark = mark_of(json_object_get(c, "correct"));
        if (json_is_number(score) && !(json_number_value(score) <= a->score)) a->score = json_number_value(score);
    }
    while (n > 0 && out) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++)
            if (list[i].count > list[best].count) best = i;
        const answer *a = &list[best];
        json_t *row = json_pack("[o, I, s#, o]", a->text ? cut_text(a->text) : json_null(), (json_int_t)a->count,
                                &a->mark, 1, short_number(a->score));
        out = json_append(out, row);
        memmove(&list[best], &list[best + 1], (--n - best) * sizeof *list);
    }
    return out;
}

static json_t *solved_json(const json_t *record, const char *id) {
    const json_t *cost = json_object_get(record, "cost"), *candidates = json_object_get(record, "candidates");
    bool found = false;
    int64_t beyond = 0;
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const json_t *correct = json_object_get(json_array_get(candidates, i), "correct");
        found = found || json_is_true(correct);
    }
    char mark = mark_of(json_object_get(record, "correct"));
    json_t *answers = answers_json(candidates, &beyond);
    return json_pack("{s:o, s:o, s:o, s:o, s:s#, s:o, s:I, s:I, s:b, s:o, s:I}", "id", cut_text(id), "problem",
                     cut_field(record, "problem"), "answer", cut_field(record, "answer"), "target",
                     cut_field(record, "target"), "mark", &mark, 1, "score",
                     short_number(json_is_number(json_object_get(record, "score"))
                                      ? json_number_value(json_object_get(record, "score"))
                                      : NAN),
                     "steps", json_integer_value(json_object_get(cost, "steps")), "tokens",
                     json_integer_value(json_object_get(cost, "tokens")), "found", found, "answers", answers, "beyond",
                     (json_int_t)beyond);
}

/* ---- a problem that was labelled ------------------------------------------------------------------------------------ */

/* [[n, ok], ...] for at most n steps? */
static bool are_counts(const json_t *counts, size_t n) {
    for (size_t i = 0; i < json_array_size(counts); i++) {
        const json_t *pair = json_array_get(counts, i);
        if (!json_is_integer(json_array_get(pair, 0)) || !json_is_integer(json_array_get(pair, 1))) return false;
    }
    return json_is_array(counts) && json_array_size(counts) <= n;
}

/* Bytes that a solution takes in the page. */
static size_t solution_bytes(const json_t *solution) {
    const json_t *steps = json_object_get(solution, "steps");
    size_t bytes = 120;
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const char *text = json_string_value(json_array_get(steps, i));
        bytes += (text ? page_bytes(text) : 0) + 24;
    }
    return bytes;
}

/* NULL where a part finds no memory or is no UTF-8. */
static json_t *solution_json(const json_t *solution, char *verdicts) {
    const json_t *steps = json_object_get(solution, "steps"), *labels = json_object_get(solution, "labels"),
                 *truth = json_object_get(solution, "truth"), *counts = json_object_get(solution, "counts");
    json_t *texts = json_array(), *numbers = json_array();
    size_t n = json_array_size(steps);
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(steps, i));
        const json_t *label = json_array_get(labels, i);
        verdicts[i] = mark_of(json_array_get(truth, i));
        bad |= json_array_append_new(texts, text ? cut_text(text) : json_null());
        bad |= json_array_append_new(numbers, short_number(json_is_number(label) ? json_number_value(label) : NAN));
    }
    char mark = mark_of(json_object_get(solution, "correct"));
    json_t *object = json_pack("{s:o, s:o, s:o, s:s#, s:s#, s:O?}", "name", cut_field(solution, "id"), "steps", texts,
                               "labels", numbers, "truth", verdicts, (int)n, "mark", &mark, 1, "counts",
                               are_counts(counts, n) ? counts : NULL);
    if (!bad) return object;
    json_decref(object);
    return NULL;
}

/* As many solutions as fit into `room` bytes, at least one; NULL likewise. */
static json_t *solutions_json(writing *w, const json_t *solutions, size_t room, size_t *shown) {
    json_t *list = json_array();
    size_t used = 0;
    for (*shown = 0; list && *shown < json_array_size(solutions); *shown += 1) {
        const json_t *solution = json_array_get(solutions, *shown);
        char *verdicts = letters(w, json_array_size(json_object_get(solution, "steps")));
        used += solution_bytes(solution);
        if (used > room && *shown > 0) break;
        list = json_append(list, verdicts ? solution_json(solution, verdicts) : NULL);
    }
    return list;
}

static json_t *labelled_json(writing *w, const json_t *record, const char *id, size_t room) {
    const json_t *solutions = json_object_get(record, "solutions");
    size_t shown;
    json_t *list = solutions_json(w, solutions, room, &shown);
    return json_pack("{s:o, s:o, s:o, s:o, s:I}", "id", cut_text(id), "problem", cut_field(record, "problem"),
                     "dropped", cut_field(record, "dropped"), "solutions", list, "more",
                     (json_int_t)(json_array_size(solutions) - shown));
}

/* ---- all of them ---------------------------------------------------------------------------------------------------- */

cairn_status report_write_escaped(cairn_out *out, const char *json, size_t length) {
    size_t clean = 0;
    for (size_t i = 0; i < length; i++) {
        if (json[i] != '<') continue; /* stands in texts only */
        CAIRN_TRY(cairn_out_write(out, json + clean, i - clean));
        CAIRN_TRY(cairn_out_write(out, "\\u003c", 6));
        clean = i + 1;
    }
    return cairn_out_write(out, json + clean, length - clean);
}

static cairn_status write_page(writing *w, const json_t *page) {
    cairn_text text = {0};
    cairn_status status = w->listed ? cairn_out_write(w->out, ",\n", 2) : CAIRN_OK;
    if (status == CAIRN_OK) status = json_write(w->ctx, page, &text);
    if (status == CAIRN_OK) status = report_write_escaped(w->out, text.data, text.length);
    w->room -= text.length < w->room ? text.length : w->room;
    cairn_text_free(&text);
    return status;
}

static cairn_status write_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    (void)index;
    writing *w = arg;
    json_t *record, *page = NULL;
    if (w->listed == w->most) return CAIRN_END;
    cairn_arena_reset(w->arena);
    snprintf(w->where, sizeof w->where, "%s: record `%s`", w->run->about.path, id);
    size_t room = w->room / (size_t)(w->left > 0 ? w->left : 1);
    CAIRN_TRY(json_parse(w->ctx, text, length, w->where, &record));
    errno = 0;
    cairn_status status = CAIRN_OK;
    if (*w->run->about.verb == 'l')
        page = labelled_json(w, record, id, room);
    else if ((page = solved_json(record, id)))
        status = add_tree(w, record, room, &page);
    if (status == CAIRN_OK && !page) status = json_fail_build(w->ctx, w->where);
    if (status == CAIRN_OK) status = write_page(w, page);
    json_decref(page);
    json_decref(record);
    w->listed++;
    w->left--;
    return status;
}

static cairn_status write_run(writing *w, const report_run *run) {
    w->run = run;
    w->listed = 0;
    CAIRN_TRY(cairn_out_write(w->out, "[", 1));
    cairn_status status = cairn_run_each(run->file, w->ctx, write_record, w);
    if (status != CAIRN_OK && status != CAIRN_END) return status;
    return cairn_out_write(w->out, "]", 1);
}

cairn_status report_write_records(const cairn_report *report, cairn_ctx *ctx, const cairn_report_page *page,
                                  cairn_out *out) {
    writing w = {.ctx = ctx, .out = out, .most = page->problems > 0 ? page->problems : LISTED};
    w.room = page->record_room ? page->record_room : RECORD_ROOM;
    for (int32_t i = 0; i < report->n_runs; i++) {
        int64_t done = report->runs[i].about.done;
        w.left += done < w.most ? done : w.most;
    }
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &w.arena));
    cairn_status status = cairn_out_write(out, "[", 1);
    for (int32_t i = 0; i < report->n_runs && status == CAIRN_OK; i++) {
        if (i) status = cairn_out_write(out, ",\n", 2);
        if (status == CAIRN_OK) status = write_run(&w, &report->runs[i]);
    }
    if (status == CAIRN_OK) status = cairn_out_write(out, "]", 1);
    cairn_arena_close(w.arena);
    return status;
}
