/* Writing records: labels as they will stand, one object a record, and what of it the format did not hold. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "data/format.h"
#include "data/write.h"

#define MOST_NAMED 10 /* records that are named in the log because they cannot be written; all are counted */

struct cairn_writer {
    cairn_ctx *ctx;
    cairn_out *out;
    cairn_write_options options;
    const format_writer *type; /* NULL: CSV */
    cairn_arena *arena;        /* of the record being written */
    cairn_text text;
    cairn_write_counts counts;
    int64_t lines;

    cairn_arena *held_arena;
    cairn_record held; /* waits for the other of its group */
    bool holding;
};

/* ---- formats and names ------------------------------------------------------------------------------------------- */

#define MEMBER(symbol, name) CAIRN_FORMAT_##symbol,
cairn_format cairn_written_format(int32_t choice) {
    static const cairn_format all[] = {CAIRN_FORMATS_BOTH(MEMBER) CAIRN_FORMATS_WRITTEN(MEMBER)};
    return choice >= 0 && (size_t)choice < sizeof all / sizeof *all ? all[choice] : CAIRN_FORMAT_STEPWISE;
}

#define WORDS(symbol, words) words,
const char *cairn_unheld_name(int loss) {
    static const char *const names[CAIRN_UNHELD_COUNT] = {CAIRN_UNHELD(WORDS)};
    return loss >= 0 && loss < CAIRN_UNHELD_COUNT ? names[loss] : NULL;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------- */

/* *whole gets the labels before they are made hard. */
static cairn_status row_labels(cairn_writer *w, const cairn_record *record, write_row *row, double **whole,
                               int32_t *filled) {
    int32_t n = record->n_steps;
    double *labels = cairn_arena_alloc(w->arena, (size_t)n, sizeof *labels);
    double *all = cairn_arena_alloc(w->arena, (size_t)n, sizeof *all);
    if (!labels || !all) return cairn_fail(w->ctx, CAIRN_NO_MEMORY, "%s: no memory for labels", row->what);
    bool between = false;
    for (int32_t i = 0; i < n; i++) {
        all[i] = cairn_record_label(record, i);
        if (all[i] < 0 || all[i] > 1) return row_refuse(row, "the label of step %d is outside 0 .. 1", (int)i + 1);
        between |= all[i] > 0 && all[i] < 1;
    }
    if (w->options.fill) *filled += cairn_labels_fill(all, n, record->first_error, w->options.right_from);
    bool unsaid = record->first_error == CAIRN_UNLABELLED && record->labels;
    row->first_error = unsaid ? cairn_labels_first_error(all, n, w->options.right_from) : record->first_error;
    /* readers derive a first error from hard labels: labels that could tell one and did not are soft */
    between |= unsaid && cairn_record_first_error(record, w->options.right_from) != CAIRN_UNLABELLED;
    row->soft = (!w->type || w->type->soft) &&
                (w->options.labels == CAIRN_LABELS_SOFT || (w->options.labels == CAIRN_LABELS_KEPT && between));
    for (int32_t i = 0; i < n; i++)
        labels[i] = row->soft || isnan(all[i]) ? all[i] : all[i] >= w->options.right_from ? 1 : 0;
    row->labels = labels;
    *whole = all;
    return CAIRN_OK;
}

/* ---- what was lost ------------------------------------------------------------------------------------------------- */

static const char *trimmed(const char *text, size_t *length) {
    static const char white[] = " \t\r\n\v\f";
    size_t start = strspn(text, white), end = strlen(text);
    while (end > start && strchr(white, text[end - 1])) end--;
    *length = end - start;
    return text + start;
}

static bool same_but_space(const char *a, const char *b) {
    size_t n, m;
    a = trimmed(a, &n);
    b = trimmed(b, &m);
    return n == m && memcmp(a, b, n) == 0;
}

/* Is the text of `record` missing or another one in what was read back? */
static bool differs(const char *text, const char *back) {
    return text && (!back || strcmp(text, back) != 0);
}

static bool observations_differ(const cairn_record *record, const cairn_record *back) {
    for (int32_t i = 0; record->observations && i < record->n_steps; i++)
        if (differs(record->observations[i], back->observations ? back->observations[i] : NULL)) return true;
    return false;
}

/* A format in which the problem or a step would read back as another text cannot hold the record. */
static cairn_status compare_texts(const write_row *row, const cairn_record *back, bool lost[CAIRN_UNHELD_COUNT]) {
    const cairn_record *record = row->record;
    if (!same_but_space(record->problem, back->problem))
        return row_refuse(row, "its problem holds what starts or divides steps in this format");
    if (record->n_steps != back->n_steps)
        return row_refuse(row, "its %d steps would read back as %d: one is empty or holds what divides steps",
                          (int)record->n_steps, (int)back->n_steps);
    lost[CAIRN_UNHELD_SPACE] |= strcmp(record->problem, back->problem) != 0;
    for (int32_t i = 0; i < record->n_steps; i++) {
        if (!same_but_space(record->steps[i], back->steps[i]))
            return row_refuse(row, "its step %d holds what divides steps in this format", (int)i + 1);
        lost[CAIRN_UNHELD_SPACE] |= strcmp(record->steps[i], back->steps[i]) != 0;
    }
    return CAIRN_OK;
}

static void compare_labels(const cairn_writer *w, const write_row *row, const double *whole, const cairn_record *back,
                           bool lost[CAIRN_UNHELD_COUNT]) {
    const cairn_record *record = row->record;
    for (int32_t i = 0; i < record->n_steps; i++) {
        double label = cairn_record_label(back, i);
        if (label == whole[i] || (isnan(label) && isnan(whole[i]))) continue;
        bool hardened = label == (whole[i] >= w->options.right_from ? 1 : 0);
        if (hardened && w->options.labels == CAIRN_LABELS_HARD) continue; /* as was asked for */
        lost[hardened ? CAIRN_UNHELD_SOFT : CAIRN_UNHELD_LABELS] = true;
    }
    for (int32_t i = 0; record->ratings && i < record->n_steps; i++)
        lost[CAIRN_UNHELD_RATINGS] |=
            back->ratings ? back->ratings[i] != record->ratings[i] : record->ratings[i] != CAIRN_NO_RATING;
    lost[CAIRN_UNHELD_FIRST_ERROR] |=
        record->first_error != CAIRN_UNLABELLED && back->first_error != record->first_error;
}

static cairn_status compare(const cairn_writer *w, const write_row *row, const double *whole, const cairn_record *back,
                            bool lost[CAIRN_UNHELD_COUNT]) {
    const cairn_record *record = row->record;
    CAIRN_TRY(compare_texts(row, back, lost));
    compare_labels(w, row, whole, back, lost);
    lost[CAIRN_UNHELD_ID] |= differs(record->id, back->id);
    lost[CAIRN_UNHELD_ANSWER] |= differs(record->answer, back->answer);
    lost[CAIRN_UNHELD_TARGET] |= differs(record->target, back->target);
    lost[CAIRN_UNHELD_CORRECT] |= record->correct != back->correct;
    lost[CAIRN_UNHELD_OBSERVATIONS] |= observations_differ(record, back);
    lost[CAIRN_UNHELD_GENERATOR] |= differs(record->generator, back->generator);
    lost[CAIRN_UNHELD_GROUP] |= differs(record->group, back->group);
    lost[CAIRN_UNHELD_SUBSET] |= differs(record->subset, back->subset);
    lost[CAIRN_UNHELD_DOMAIN] |= differs(record->domain, back->domain);
    return CAIRN_OK;
}

/* Record `item` of the object, as a reader sees it. */
static cairn_status read_back(cairn_writer *w, const write_row *row, const json_t *object, int32_t item,
                              cairn_record *out) {
    static const cairn_read_options options = {0};
    format_row given = {w->ctx, w->arena, object, row->what, w->lines + 1, &options};
    *out = (cairn_record){.line = given.number, .correct = CAIRN_VERDICT_UNKNOWN, .first_error = CAIRN_UNLABELLED};
    cairn_status status = format_reader_of(w->options.format)(&given, item, out);
    if (status != CAIRN_FORMAT && status != CAIRN_END) return status;
    return row_refuse(row, "it would not read back: %s", status == CAIRN_END ? "no record" : cairn_error(w->ctx));
}

/* ---- one record ---------------------------------------------------------------------------------------------------- */

static cairn_status write_object(cairn_writer *w, const json_t *object) {
    CAIRN_TRY(json_write(w->ctx, object, &w->text));
    return cairn_text_add(w->ctx, &w->text, "\n", 1);
}

static cairn_status row_open(cairn_writer *w, const cairn_record *record, write_row *row, double **whole,
                             int32_t *filled) {
    const char *what = cairn_arena_printf(w->arena, "record `%.60s`", record->id ? record->id : "?");
    *row = (write_row){.ctx = w->ctx, .arena = w->arena, .record = record, .what = what};
    if (!what) return cairn_fail(w->ctx, CAIRN_NO_MEMORY, "no memory for a record");
    return row_labels(w, record, row, whole, filled);
}

/* Adds the object's line to the text and what it loses to `lost`. `original` NULL: the record stands alone. */
static cairn_status write_object_of(cairn_writer *w, const cairn_record *record, const cairn_record *original,
                                    int32_t *filled, bool lost[2][CAIRN_UNHELD_COUNT]) {
    write_row row, first;
    double *whole, *whole_first;
    cairn_record back;
    CAIRN_TRY(row_open(w, record, &row, &whole, filled));
    row.original = original;
    errno = 0;
    json_t *object = json_object();
    if (!object) return json_fail_build(w->ctx, row.what);
    cairn_status status = w->type->write(&row, object);
    if (status == CAIRN_OK && original) {
        status = row_open(w, original, &first, &whole_first, filled);
        if (status == CAIRN_OK) status = read_back(w, &first, object, 1, &back);
        if (status == CAIRN_OK) status = compare(w, &first, whole_first, &back, lost[1]);
    }
    if (status == CAIRN_OK) status = read_back(w, &row, object, 0, &back);
    if (status == CAIRN_OK) status = compare(w, &row, whole, &back, lost[0]);
    if (status == CAIRN_OK) status = write_object(w, object);
    json_decref(object);
    return status;
}

/* Every member of a record has a column. */
static cairn_status write_csv(cairn_writer *w, const cairn_record *record, int32_t *filled) {
    write_row row;
    double *whole;
    CAIRN_TRY(row_open(w, record, &row, &whole, filled));
    return csv_record(&row, &w->text);
}

/* The text goes out whole or not at all, and so does what was counted. */
static cairn_status write_whole(cairn_writer *w, const cairn_record *record, const cairn_record *original) {
    bool lost[2][CAIRN_UNHELD_COUNT] = {{false}};
    int32_t filled = 0;
    cairn_arena_reset(w->arena);
    cairn_text_clear(&w->text);
    CAIRN_TRY(w->type ? write_object_of(w, record, original, &filled, lost) : write_csv(w, record, &filled));
    CAIRN_TRY(cairn_out_write(w->out, w->text.data, w->text.length));
    w->lines++;
    w->counts.records += original ? 2 : 1;
    w->counts.steps += record->n_steps + (original ? original->n_steps : 0);
    w->counts.filled += filled;
    for (int i = 0; i < CAIRN_UNHELD_COUNT; i++) w->counts.lost[i] += lost[0][i] + lost[1][i];
    return CAIRN_OK;
}

/* Passes over `n` records that cannot be written, where that was asked for. */
static cairn_status refused(cairn_writer *w, cairn_status status, int n) {
    if (!w->options.skip_bad || (status != CAIRN_INVALID && status != CAIRN_FORMAT)) return status;
    if (w->counts.refused < MOST_NAMED) cairn_log(w->ctx, CAIRN_LOG_WARN, "left out: %s", cairn_error(w->ctx));
    w->counts.refused += n;
    return CAIRN_OK;
}

/* ---- pairs --------------------------------------------------------------------------------------------------------- */

static cairn_status copy_text(cairn_writer *w, const char *text, const char **out) {
    *out = text ? cairn_arena_copy(w->held_arena, text, strlen(text)) : NULL;
    return !text || *out ? CAIRN_OK : cairn_fail(w->ctx, CAIRN_NO_MEMORY, "no memory for a record that waits");
}

/* Keeps a copy of a record until its partner comes. */
static cairn_status hold(cairn_writer *w, const cairn_record *record) {
    cairn_arena_reset(w->held_arena);
    w->held = *record;
    const char **steps = cairn_arena_alloc(w->held_arena, (size_t)record->n_steps, sizeof *steps);
    double *labels = cairn_arena_alloc(w->held_arena, (size_t)record->n_steps, sizeof *labels);
    int8_t *ratings = cairn_arena_alloc(w->held_arena, (size_t)record->n_steps, sizeof *ratings);
    const char **seen = cairn_arena_alloc(w->held_arena, (size_t)record->n_steps, sizeof *seen);
    if (!steps || !labels || !ratings || !seen)
        return cairn_fail(w->ctx, CAIRN_NO_MEMORY, "no memory for a record that waits");
    const char **texts[] = {&w->held.id,        &w->held.problem, &w->held.answer, &w->held.target,
                            &w->held.generator, &w->held.group,   &w->held.subset, &w->held.domain};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) CAIRN_TRY(copy_text(w, *texts[i], texts[i]));
    for (int32_t i = 0; i < record->n_steps; i++) CAIRN_TRY(copy_text(w, record->steps[i], &steps[i]));
    for (int32_t i = 0; record->observations && i < record->n_steps; i++)
        CAIRN_TRY(copy_text(w, record->observations[i], &seen[i]));
    w->held.observations = record->observations ? seen : NULL;
    if (record->labels) memcpy(labels, record->labels, (size_t)record->n_steps * sizeof *labels);
    w->held.steps = steps;
    w->held.labels = record->labels ? labels : NULL;
    if (record->ratings) memcpy(ratings, record->ratings, (size_t)record->n_steps);
    w->held.ratings = record->ratings ? ratings : NULL;
    w->holding = true;
    return CAIRN_OK;
}

static cairn_status refuse_held(cairn_writer *w) {
    w->holding = false;
    cairn_fail(w->ctx, CAIRN_INVALID,
               "record `%.60s` cannot be written: the right solution that it was made from does not follow it",
               w->held.id ? w->held.id : "?");
    return refused(w, CAIRN_INVALID, 1);
}

static cairn_status put_of_pair(cairn_writer *w, const cairn_record *record) {
    bool partner = w->holding && w->held.group && record->group && strcmp(w->held.group, record->group) == 0;
    if (w->holding && !partner) CAIRN_TRY(refuse_held(w));
    if (!partner && w->type->pairs(record)) return hold(w, record);
    w->holding = false;
    cairn_status status = partner ? write_whole(w, &w->held, record) : write_whole(w, record, NULL);
    return status == CAIRN_OK ? status : refused(w, status, partner ? 2 : 1);
}

/* ---- the writer ---------------------------------------------------------------------------------------------------- */

bool cairn_label_is_right(double label, double right_from) {
    return right_from > 0 ? label >= right_from : label > 0;
}

cairn_status cairn_writer_open(cairn_ctx *ctx, cairn_out *out, const cairn_write_options *options,
                               cairn_writer **writer) {
    cairn_format format = options->format == CAIRN_FORMAT_AUTO ? CAIRN_FORMAT_STEPWISE : options->format;
    const format_writer *type = (size_t)format < CAIRN_FORMAT_COUNT ? format_writer_of(format) : NULL;
    if (!type && format != CAIRN_FORMAT_CSV)
        return cairn_fail(ctx, CAIRN_INVALID, "`%s` is a format that is read, not written", cairn_format_name(format));
    cairn_writer *w = cairn_alloc(ctx, 1, sizeof *w);
    if (!w) return CAIRN_NO_MEMORY;
    w->ctx = ctx;
    w->out = out;
    w->type = type;
    w->options = *options;
    w->options.format = format;
    if (!(w->options.right_from > 0)) w->options.right_from = CAIRN_RIGHT_FROM;
    cairn_status status = cairn_arena_open(ctx, 16384, &w->arena);
    if (status == CAIRN_OK) status = cairn_arena_open(ctx, 4096, &w->held_arena);
    if (status == CAIRN_OK && !type) status = csv_header(ctx, &w->text);
    if (status == CAIRN_OK && !type) status = cairn_out_write(out, w->text.data, w->text.length);
    if (status == CAIRN_OK)
        *writer = w;
    else
        cairn_writer_close(w);
    return status;
}

void cairn_writer_close(cairn_writer *writer) {
    if (!writer) return;
    cairn_arena_close(writer->arena);
    cairn_arena_close(writer->held_arena);
    cairn_text_free(&writer->text);
    cairn_free(writer);
}

cairn_status cairn_writer_put(cairn_writer *writer, const cairn_record *record) {
    if (writer->type && writer->type->pairs) return put_of_pair(writer, record);
    cairn_status status = write_whole(writer, record, NULL);
    return status == CAIRN_OK ? status : refused(writer, status, 1);
}

cairn_status cairn_writer_end(cairn_writer *writer) {
    return writer->holding ? refuse_held(writer) : CAIRN_OK;
}

const cairn_write_counts *cairn_writer_counts(const cairn_writer *writer) {
    return &writer->counts;
}

cairn_status cairn_writer_losses(const cairn_writer *writer, cairn_text *out) {
    const char *name = cairn_format_name(writer->options.format);
    bool first = true;
    char number[32];
    for (int i = 0; i < CAIRN_UNHELD_COUNT; i++) {
        long long n = (long long)writer->counts.lost[i];
        if (n == 0) continue;
        CAIRN_TRY(first ? cairn_text_printf(writer->ctx, out, "%s does not hold: ", name)
                        : cairn_text_add(writer->ctx, out, ", ", 2));
        CAIRN_TRY(
            cairn_text_printf(writer->ctx, out, "%s of %lld record%s", cairn_unheld_name(i), n, n == 1 ? "" : "s"));
        cairn_format_double(writer->options.right_from, number);
        if (i == CAIRN_UNHELD_SOFT)
            CAIRN_TRY(writer->options.right_from < 1e-300
                          ? cairn_text_printf(writer->ctx, out, " (written as right above 0)")
                          : cairn_text_printf(writer->ctx, out, " (written as right from %s on)", number));
        first = false;
    }
    long long refused = (long long)writer->counts.refused;
    if (refused == 0) return CAIRN_OK;
    return cairn_text_printf(writer->ctx, out, "%s%s cannot hold %lld record%s at all, left out", first ? "" : "; ",
                             name, refused, refused == 1 ? "" : "s");
}

cairn_status cairn_record_write(cairn_ctx *ctx, cairn_out *out, const cairn_write_options *options,
                                const cairn_record *record) {
    cairn_writer *writer;
    CAIRN_TRY(cairn_writer_open(ctx, out, options, &writer));
    cairn_status status = cairn_writer_put(writer, record);
    if (status == CAIRN_OK) status = cairn_writer_end(writer);
    cairn_writer_close(writer);
    return status;
}
