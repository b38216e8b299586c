/* Everything before the first step. */
#include <inttypes.h>
#include <string.h>

#include "data/rows.h"
#include "learn/trainer.h"

/* ---- options that fit together -------------------------------------------------------------------------------------------------- */

static const char *usual_objective(cairn_learn_task task) {
    static const char *const names[] = {"next-token", "hard", "soft", "next-token", "pairwise"};
    return names[task];
}

static cairn_status find_objective(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    if (s->own) {
        t->objective = s->own;
        t->config = s->own_config;
        return CAIRN_OK;
    }
    bool given = s->objective && *s->objective;
    return cairn_objective_find(t->ctx, t->arena, given ? s->objective : usual_objective(s->task), &t->objective,
                                &t->config);
}

/* Whether the task has what the objective reads. */
static cairn_status check_objective(const trainer *t) {
    static const char *const reads[] = {"log-probabilities of tokens", "classes of steps", "scores",
                                        "log-probabilities of whole answers"};
    static const char *const tasks[] = {"sft", "prm", "orm", "sft", "pairs"};
    const cairn_objective_type *o = t->objective;
    cairn_learn_task task = t->setup->task;
    bool score = o->reads == CAIRN_READS_SCORE, fits = false;
    if (task == CAIRN_LEARN_SFT || task == CAIRN_LEARN_TEXT) fits = o->reads == CAIRN_READS_TOKEN;
    if (task == CAIRN_LEARN_PRM) fits = score || o->reads == CAIRN_READS_CLASS;
    if (task == CAIRN_LEARN_ORM) fits = score;
    if (task == CAIRN_LEARN_PAIRS) fits = (score && o->least > 1) || o->reads == CAIRN_READS_SEQUENCE;
    if (task == CAIRN_LEARN_ORM && o->reads == CAIRN_READS_CLASS)
        return cairn_fail(t->ctx, CAIRN_INVALID, "objective %s: an outcome is learned as a value, by soft or mse",
                          o->about.name);
    if (!fits)
        return cairn_fail(t->ctx, CAIRN_INVALID, "objective %s reads %s%s: `train %s` has none for it", o->about.name,
                          reads[o->reads], o->least > 1 ? " of groups" : "", tasks[task]);
    const uint32_t known = 1u << CAIRN_COLUMN_LABEL | 1u << CAIRN_COLUMN_REFERENCE | 1u << CAIRN_COLUMN_LENGTH;
    for (int c = 0; c < CAIRN_COLUMNS; c++)
        if (o->needs >> c & 1 && !(known >> c & 1))
            return cairn_fail(t->ctx, CAIRN_INVALID, "objective %s needs the column `%s`, which no file here has",
                              o->about.name, cairn_column_name((cairn_column)c));
    return CAIRN_OK;
}

static cairn_status check(const trainer *t) {
    const cairn_learn_setup *s = t->setup;
    if (!rows_again(s->data) || (*s->dev && !rows_again(s->dev)))
        return cairn_fail(t->ctx, CAIRN_INVALID, "data for training is a file: it may be read more than once");
    if (!t->planning && (!*s->out || strcmp(s->out, "-") == 0))
        return cairn_fail(t->ctx, CAIRN_INVALID, "the model needs a file to go to: out (--out) is missing");
    if (s->task != CAIRN_LEARN_PRM && (s->likelihood || s->until_error || s->text > 0))
        return cairn_fail(t->ctx, CAIRN_INVALID, "likelihood, until_error and text are of heads that score steps");
    if (s->epochs < 1 && s->steps < 1) return cairn_fail(t->ctx, CAIRN_INVALID, "at least one step or epoch is needed");
    if (s->batch_tokens < 1 || s->accumulate < 1 || !(s->rate > 0))
        return cairn_fail(t->ctx, CAIRN_INVALID, "batch tokens, accumulation and learning rate must be positive");
    if (!(s->average >= 0 && s->average < 1))
        return cairn_fail(t->ctx, CAIRN_INVALID, "the decay of an average is from 0 (none) to below 1");
    return CAIRN_OK;
}

/* ---- steps ---------------------------------------------------------------------------------------------------------------------------- */

static int64_t divided_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static cairn_status plan_steps(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    const side *train = &t->data.train;
    CAIRN_TRY(cairn_batches_open(t->ctx, train->groups->sizes, train->pool, train->count, s->seed, &t->order));
    int64_t an_epoch = divided_up(cairn_batches_in(&t->order, s->batch_tokens, 1), s->accumulate);
    t->steps = s->steps;
    if (t->steps == 0) t->steps = divided_up(cairn_batches_in(&t->order, s->batch_tokens, s->epochs), s->accumulate);
    t->every = s->every > 0 ? s->every : an_epoch;
    t->warmup = s->warmup >= 0 ? s->warmup : t->steps / 20;
    if (t->warmup < t->steps || t->steps == 0) return CAIRN_OK;
    return cairn_fail(t->ctx, CAIRN_INVALID, "the warm-up of %" PRId64 " steps takes all %" PRId64 " steps", t->warmup,
                      t->steps);
}

/* ---- opening and closing ------------------------------------------------------------------------------------------------------------- */

cairn_status trainer_open(trainer *t) {
    CAIRN_TRY(check(t));
    CAIRN_TRY(cairn_arena_open(t->ctx, 1 << 16, &t->arena));
    CAIRN_TRY(find_objective(t));
    CAIRN_TRY(check_objective(t));
    t->checkpoint =
        *t->setup->checkpoint ? t->setup->checkpoint : cairn_arena_printf(t->arena, "%s.train", t->setup->out);
    if (!t->checkpoint) return CAIRN_NO_MEMORY;
    t->portable = t->setup->portable || cairn_ctx_portable(t->ctx);
    CAIRN_TRY(cairn_device_open(t->ctx, (int)t->setup->threads,
                                t->portable ? CAIRN_MATMUL_PORTABLE : CAIRN_MATMUL_FASTEST, &t->device));
    CAIRN_TRY(cairn_tape_open(t->ctx, t->device, CAIRN_F32, &t->tape));
    CAIRN_TRY(trainer_open_model(t));
    CAIRN_TRY(trainer_open_head(t));
    CAIRN_TRY(corpus_read(t));
    CAIRN_TRY(plan_steps(t));
    CAIRN_TRY(trainer_open_learner(t));
    CAIRN_TRY(trainer_make_room(t));
    CAIRN_TRY(trainer_read_reference(t));
    CAIRN_TRY(trainer_write_manifest(t));
    return trainer_rehearse(t);
}

void trainer_close(trainer *t) {
    if (t->log) fclose(t->log);
    events_close(t->events);
    cairn_batches_close(&t->order);
    corpus_free(&t->data);
    cairn_learner_close(t->learner);
    cairn_transformer_close(t->average);
    cairn_transformer_close(t->model);
    cairn_tokenizer_close(t->tokenizer);
    cairn_tape_close(t->tape);
    cairn_device_close(t->device);
    cairn_arena_close(t->arena);
}
