/* A labeller on every problem: records, and how well the labels agree with the world's truth. */
#include <errno.h>
#include <string.h>

#include "core/registry.h"
#include "data/json.h"
#include "eval/label_tally.h"

typedef struct labelling {
    const cairn_labeller_type *type;
    const void *config;
    const cairn_solutions *solutions; /* or NULL */
    label_rule rule;
} labelling;

static cairn_status find_rule(cairn_ctx *ctx, cairn_arena *arena, const cairn_label_setup *setup, label_rule *out) {
    *out = (label_rule){.type = setup->own_rule};
    if (setup->own_rule)
        return registry_config(ctx, arena, &setup->own_rule->about, setup->rule ? setup->rule : "", &out->config);
    return setup->rule ? cairn_rule_find(ctx, arena, setup->rule, &out->type, &out->config) : CAIRN_OK;
}

static cairn_status find(cairn_ctx *ctx, cairn_arena *arena, cairn_job *job, const cairn_label_setup *setup,
                         labelling *out) {
    *out = (labelling){.solutions = setup->solutions};
    out->type = setup->own_method;
    if (setup->own_method)
        CAIRN_TRY(registry_config(ctx, arena, &out->type->about, setup->method ? setup->method : "", &out->config));
    else
        CAIRN_TRY(cairn_labeller_find(ctx, arena, setup->method, &out->type, &out->config));
    const char *name = out->type->about.name;
    if (!cairn_job_policy(job) && !out->type->works_without_policy)
        return cairn_fail(ctx, CAIRN_INVALID, "labelling by completions needs a policy");
    if (!cairn_job_policy(job) && !setup->solutions)
        return cairn_fail(ctx, CAIRN_INVALID, "method %s: without a policy it needs --solutions FILE", name);
    if (!cairn_job_reward(job) && out->type->needs_judge)
        return cairn_fail(ctx, CAIRN_INVALID, "method %s needs a judge: --judge REWARD", name);
    const char *what = cairn_arena_printf(arena, "labeller %s", name);
    if (!what) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_job_check_cast(ctx, job, what, out->type->uses));
    return find_rule(ctx, arena, setup, &out->rule);
}

/* Are the root's counts worth their place in the record? The sampled solutions tell them where they are all that was
 * sampled. */
static bool keeps_root(const labelling *l, const cairn_label_result *result) {
    const cairn_root_count *root = &result->root;
    int32_t n = root->n + root->unknown;
    return n > 0 && (l->rule.type || (l->type->labels_all_samples && (l->solutions || n != result->n)));
}

static cairn_status make_record(cairn_workspace *workspace, const labelling *l, cairn_label_result *result,
                                cairn_text *out) {
    json_t *record;
    CAIRN_TRY(label_record_make(workspace, result, keeps_root(l, result), &record));
    cairn_status status = label_record_apply(workspace->ctx, workspace->arena, &l->rule, l->type->labels_all_samples,
                                             workspace->problem->id, record);
    if (status == CAIRN_OK) status = json_write(workspace->ctx, record, out);
    json_decref(record);
    return status;
}

static cairn_status label_one(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    const labelling *l = arg;
    cairn_label_result result = {.dropped = ""};
    const cairn_record *given = NULL;
    int32_t n = 0;
    if (l->solutions) given = cairn_solutions_of(l->solutions, index, &n);
    if (n || !l->solutions) CAIRN_TRY(l->type->run(workspace, l->config, given, n, &result));
    return make_record(workspace, l, &result, record);
}

cairn_status cairn_label_problems(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, cairn_run *run,
                                  cairn_label_summary *out) {
    *out = (cairn_label_summary){0};
    cairn_arena *arena, *scratch = NULL;
    labelling l;
    double start = cairn_seconds();
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    cairn_status status = cairn_arena_open(ctx, 4096, &scratch);
    if (status == CAIRN_OK) status = find(ctx, arena, job, setup, &l);
    if (status == CAIRN_OK) status = cairn_job_run(job, ctx, run, label_one, &l);
    if (status == CAIRN_OK) {
        label_records records = {
            .ctx = ctx, .job = job, .run = run, .all_samples = l.type->labels_all_samples, .arena = scratch};
        status = label_tally(&records, setup, cairn_job_setup_of(job)->seed, out);
        out->seconds = cairn_seconds() - start;
    }
    cairn_arena_close(scratch);
    cairn_arena_close(arena);
    return status;
}

cairn_status cairn_label_plan(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, bool kept,
                              cairn_memory_plan *out) {
    cairn_arena *arena;
    labelling l;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    cairn_status status = find(ctx, arena, job, setup, &l);
    if (status == CAIRN_OK) status = cairn_job_plan(job, ctx, kept, label_one, &l, out);
    cairn_arena_close(arena);
    return status;
}

/* ---- to a file --------------------------------------------------------------------------------------------------------- */

static cairn_status write_to(cairn_ctx *ctx, cairn_job *job, const cairn_label_balance *balance,
                             const cairn_write_options *options, cairn_out *out) {
    cairn_writer *writer;
    CAIRN_TRY(cairn_writer_open(ctx, out, options, &writer));
    cairn_status status = cairn_label_write(ctx, job, NULL, balance, writer);
    if (status == CAIRN_OK) status = cairn_writer_end(writer);
    cairn_writer_close(writer);
    return status;
}

static cairn_status label_to(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup,
                             const cairn_write_options *options, const char *path, cairn_label_summary *summary) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(ctx, path, &out));
    cairn_status status = cairn_label_problems(ctx, job, setup, NULL, summary);
    if (status == CAIRN_OK) status = write_to(ctx, job, &summary->balance, options, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

cairn_status cairn_label_file(cairn_ctx *ctx, const cairn_job_setup *job_setup, const cairn_label_setup *setup,
                              const cairn_write_options *options, const char *path, cairn_label_summary *out) {
    cairn_job *job;
    CAIRN_TRY(cairn_job_open(ctx, job_setup, &job));
    cairn_status status = label_to(ctx, job, setup, options, path, out);
    cairn_job_close(job);
    return status;
}

/* ---- another rule ------------------------------------------------------------------------------------------------------ */

/* Do the sampled solutions of this run's records tell the root's counts? */
static cairn_status labels_all_samples(cairn_ctx *ctx, const cairn_run *run, bool *out) {
    const char *verb = cairn_run_manifest(run, "verb"), *method = cairn_run_manifest(run, "method");
    size_t length;
    const char *options;
    if (!verb || strcmp(verb, "label") != 0 || !method)
        return cairn_fail(ctx, CAIRN_INVALID, "a run of `%s` holds no evidence of steps: --from needs one of `label`",
                          verb ? verb : "?");
    cairn_spec_split(method, &length, &options);
    *out = false;
    for (int i = 0; cairn_labellers()[i]; i++) {
        const cairn_about *about = &cairn_labellers()[i]->about;
        if (strlen(about->name) == length && memcmp(about->name, method, length) == 0)
            *out = cairn_labellers()[i]->labels_all_samples;
    }
    return CAIRN_OK;
}

static uint64_t seed_of(const cairn_run *run) {
    const char *text = cairn_run_manifest(run, "seed");
    int64_t seed = 1;
    return text && cairn_parse_int(text, strlen(text), &seed) == CAIRN_OK ? (uint64_t)seed : 1;
}

typedef struct writing {
    const cairn_label_balance *balance;
    cairn_writer *writer;
    cairn_ctx *ctx;
} writing;

static cairn_status write_again(void *arg, const char *id, const json_t *record) {
    const writing *w = arg;
    (void)id;
    return label_write_record(w->ctx, record, w->balance, w->writer);
}

cairn_status cairn_label_again(cairn_ctx *ctx, cairn_run *run, const cairn_label_setup *setup, cairn_writer *writer,
                               cairn_label_summary *out) {
    *out = (cairn_label_summary){0};
    if (!setup->rule && !setup->own_rule) return cairn_fail(ctx, CAIRN_INVALID, "labelling again needs a rule");
    cairn_arena *arena, *scratch = NULL;
    double start = cairn_seconds();
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    label_records records = {.ctx = ctx, .run = run};
    cairn_status status = cairn_arena_open(ctx, 4096, &scratch);
    records.arena = scratch;
    if (status == CAIRN_OK) status = labels_all_samples(ctx, run, &records.all_samples);
    if (status == CAIRN_OK) status = find_rule(ctx, arena, setup, &records.again);
    if (status == CAIRN_OK) status = label_tally(&records, setup, seed_of(run), out);
    if (status == CAIRN_OK && writer) {
        writing w = {.ctx = ctx, .balance = &out->balance, .writer = writer};
        status = label_records_each(&records, write_again, &w);
        if (status == CAIRN_OK) status = cairn_writer_end(writer);
    }
    out->seconds = cairn_seconds() - start;
    cairn_arena_close(scratch);
    cairn_arena_close(arena);
    return status;
}

/* ---- manifest ------------------------------------------------------------------------------------------------------ */

cairn_status cairn_label_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_label_setup *setup, cairn_arena *arena,
                                  cairn_manifest *out) {
    labelling l;
    const cairn_solutions *s = setup->solutions;
    CAIRN_TRY(find(ctx, arena, job, setup, &l));
    CAIRN_TRY(cairn_job_manifest(ctx, job, arena, "label", "method", &l.type->about, l.config, false, out));
    size_t n = (size_t)out->count;
    cairn_manifest_entry *entries = cairn_arena_alloc(arena, n + 4, sizeof *entries);
    const char *rule = setup->rule;
    if (setup->own_rule) rule = cairn_arena_printf(arena, "%s:%s", setup->own_rule->about.name, rule ? rule : "");
    const char *key = cairn_arena_printf(arena, "%016llx", s ? (unsigned long long)cairn_solutions_content(s) : 0);
    if (!entries || !key || (setup->own_rule && !rule)) return CAIRN_NO_MEMORY;
    memcpy(entries, out->entries, n * sizeof *entries);
    entries[n] = (cairn_manifest_entry){"solutions_file", s ? cairn_solutions_path(s) : ""};
    entries[n + 1] = (cairn_manifest_entry){"solutions_key", key};
    entries[n + 2] = (cairn_manifest_entry){"solutions_split", cairn_split_name(s ? cairn_solutions_split(s) : 0)};
    entries[n + 3] = (cairn_manifest_entry){"rule", rule};
    out->entries = entries;
    out->count += rule ? 4 : 3;
    return CAIRN_OK;
}
