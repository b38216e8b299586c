/* Everything that the result depends on, as text: a checkpoint continues only a run with the same manifest. */
#include <inttypes.h>

#include "learn/trainer.h"

/* "dpo:beta=0.1,smoothing=0", in the arena. */
static cairn_status describe_objective(trainer *t, const char **out) {
    const cairn_about *about = &t->objective->about;
    cairn_text text = {0};
    cairn_status status = cairn_text_printf(t->ctx, &text, "%s%s%s", about->name, t->setup->own ? " (own)" : "",
                                            about->option_count && t->config ? ":" : "");
    if (status == CAIRN_OK && about->option_count && t->config)
        status = cairn_options_write(t->ctx, about, t->config, &text);
    if (status == CAIRN_OK) *out = cairn_arena_copy(t->arena, text.data, text.length);
    cairn_text_free(&text);
    return status == CAIRN_OK && !*out ? CAIRN_NO_MEMORY : status;
}

static uint64_t reference_key(const trainer *t) {
    const corpus *c = &t->data;
    return c->reference ? cairn_key(c->reference, (size_t)c->examples.mark_starts[c->examples.count] * sizeof(float))
                        : 0;
}

/* A line each; the instruction set last, so that other differences are named first. */
cairn_status trainer_write_manifest(trainer *t) {
    static const char *const tasks[] = {"sft", "prm", "orm", "text", "pairs"};
    const cairn_learn_setup *s = t->setup;
    const cairn_transformer_shape *m = &t->model->shape;
    const char *objective = NULL;
    char beta1[32], beta2[32], text[32], rate[32], last[32], decay[32], clip[32], share[32], right[32], average[32];
    CAIRN_TRY(describe_objective(t, &objective));
    cairn_format_double(s->beta1, beta1);
    cairn_format_double(s->beta2, beta2);
    cairn_format_double(s->text, text);
    cairn_format_double(s->rate, rate);
    cairn_format_double(s->last_rate, last);
    cairn_format_double(s->decay, decay);
    cairn_format_double(s->clip, clip);
    cairn_format_double(s->average, average);
    cairn_format_double(s->dev_share, share);
    cairn_format_double(s->right_from, right);
    t->manifest = cairn_arena_printf(
        t->arena,
        "task=%s\nobjective=%s\nlevel=%d\nreference=%016" PRIx64
        "\noptimiser=%d,%s,%s\nrates=%s\nhead=%s\ndata=%016" PRIx64 "\ndev=%016" PRIx64
        "\nsplit=%s\ntokenizer=%016" PRIx64 "\nshape=%d,%d,%d,%d,%d,%d,%d,%d\nexamples=%d\nseed=%" PRIu64
        "\nsteps=%" PRId64 "\nbatch-tokens=%" PRId64 "\naccumulate=%" PRId64 "\nwarmup=%" PRId64 "\nevery=%" PRId64
        "\npatience=%" PRId64 "\nrate=%s\nlast-rate=%s\ndecay=%s\nclip=%s\naverage=%s\ndev-share=%"
        "s\nright-from=%s\ntext=%s\nlikelihood=%d\nuntil-error=%d\nschedule=%d\nbf16=%d\nstore-bf16=%"
        "d\n"
        "only-right=%d\n" INSTRUCTION_SET "%s\n",
        tasks[s->task], objective, s->level, reference_key(t), s->optimiser, beta1, beta2, s->rates ? s->rates : "",
        t->head ? t->head->name : "", t->data.data_key, t->data.dev_key, cairn_split_name((cairn_split)s->split),
        cairn_tokenizer_key(t->tokenizer), m->vocabulary, m->width, m->layers, m->heads, m->kv_heads, m->feed_forward,
        m->context, m->tied, t->data.examples.count, s->seed, t->steps, s->batch_tokens, s->accumulate, t->warmup,
        t->every, s->patience, rate, last, decay, clip, average, share, right, text, s->likelihood, s->until_error,
        s->schedule, s->bf16, s->store_bf16, s->only_right, cairn_bits_name(t->portable));
    return t->manifest ? CAIRN_OK : CAIRN_NO_MEMORY;
}
