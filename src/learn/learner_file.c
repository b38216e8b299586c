/* A learner's state in GGUF files: moments as "m1.NAME", "m2.NAME", ..., the average as "ema.NAME", the steps done. */
#include <stdio.h>
#include <string.h>

#include "learn/learner.h"

#define STEPS "cairn.learner.steps"

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

static cairn_status put_numbers(cairn_gguf_writer *w, const char *prefix, const cairn_param *p, const void *numbers) {
    char name[96];
    snprintf(name, sizeof name, "%s%s", prefix, p->name);
    return cairn_gguf_put_tensor(w, name, CAIRN_GGML_F32, 1, &p->value.size, numbers);
}

static cairn_status put_all(cairn_gguf_writer *w, const char *prefix, const cairn_params *params) {
    for (int32_t i = 0; i < cairn_params_count(params); i++) {
        const cairn_param *p = cairn_params_get(params, i);
        CAIRN_TRY(put_numbers(w, prefix, p, p->value.data));
    }
    return CAIRN_OK;
}

static cairn_status put_moments(const cairn_learner *l, cairn_gguf_writer *w) {
    for (int32_t i = 0; i < cairn_params_count(l->setup.params); i++) {
        const cairn_param *p = cairn_params_get(l->setup.params, i);
        for (int m = 0; m < learner_moments(l->setup.optimiser) && !p->frozen; m++) {
            char prefix[16];
            snprintf(prefix, sizeof prefix, "m%d.", m + 1);
            CAIRN_TRY(put_numbers(w, prefix, p, p->moments[m]));
        }
    }
    return CAIRN_OK;
}

static cairn_status check_floats(const cairn_learner *l) {
    for (int32_t i = 0; i < cairn_params_count(l->setup.params); i++) {
        const cairn_param *p = cairn_params_get(l->setup.params, i);
        if (p->value.dtype != CAIRN_F32)
            return cairn_fail(l->ctx, CAIRN_INVALID, "parameter %s is of doubles: only f32 is written", p->name);
    }
    return CAIRN_OK;
}

cairn_status cairn_learner_put(cairn_learner *learner, cairn_gguf_writer *writer) {
    CAIRN_TRY(check_floats(learner));
    CAIRN_TRY(cairn_gguf_put_u64(writer, STEPS, (uint64_t)learner->steps));
    CAIRN_TRY(put_moments(learner, writer));
    return learner->setup.average ? put_all(writer, "ema.", learner->setup.average) : CAIRN_OK;
}

cairn_status cairn_learner_save(cairn_learner *learner, const char *path) {
    cairn_gguf_writer *w;
    CAIRN_TRY(check_floats(learner));
    CAIRN_TRY(cairn_gguf_writer_open(learner->ctx, &w));
    cairn_status status = put_all(w, "", learner->setup.params);
    if (status == CAIRN_OK) status = cairn_learner_put(learner, w);
    if (status == CAIRN_OK) status = cairn_gguf_write(w, path);
    cairn_gguf_writer_close(w);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static cairn_status get_numbers(const cairn_learner *l, const cairn_gguf *file, const char *path, const char *prefix,
                                const cairn_param *p, void *out) {
    char name[96];
    const cairn_gguf_tensor *tensor;
    snprintf(name, sizeof name, "%s%s", prefix, p->name);
    CAIRN_TRY(cairn_gguf_get_tensor(l->ctx, file, name, 1, &p->value.size, &tensor));
    if (tensor->type != CAIRN_GGML_F32)
        return cairn_fail(l->ctx, CAIRN_FORMAT, "%s: tensor `%s` is not f32", path, name);
    memcpy(out, tensor->data, tensor->bytes);
    return CAIRN_OK;
}

static cairn_status get_all(const cairn_learner *l, const cairn_gguf *file, const char *path, const char *prefix,
                            const cairn_params *params) {
    for (int32_t i = 0; i < cairn_params_count(params); i++) {
        cairn_param *p = cairn_params_get(params, i);
        CAIRN_TRY(get_numbers(l, file, path, prefix, p, p->value.data));
        cairn_param_changed(p);
    }
    return CAIRN_OK;
}

cairn_status cairn_learner_get(cairn_learner *learner, const cairn_gguf *file, const char *path) {
    uint64_t steps;
    CAIRN_TRY(check_floats(learner));
    CAIRN_TRY(cairn_gguf_get_u64(learner->ctx, file, STEPS, &steps));
    if (steps > INT64_MAX / 2)
        return cairn_fail(learner->ctx, CAIRN_FORMAT, "%s: key `" STEPS "`: it is no count", path);
    for (int32_t i = 0; i < cairn_params_count(learner->setup.params); i++) {
        const cairn_param *p = cairn_params_get(learner->setup.params, i);
        for (int m = 0; m < learner_moments(learner->setup.optimiser) && !p->frozen; m++) {
            char prefix[16];
            snprintf(prefix, sizeof prefix, "m%d.", m + 1);
            CAIRN_TRY(get_numbers(learner, file, path, prefix, p, p->moments[m]));
        }
    }
    if (learner->setup.average) CAIRN_TRY(get_all(learner, file, path, "ema.", learner->setup.average));
    learner->steps = (int64_t)steps;
    return CAIRN_OK;
}

cairn_status cairn_learner_resume(cairn_learner *learner, const char *path) {
    cairn_gguf *file;
    CAIRN_TRY(check_floats(learner));
    CAIRN_TRY(cairn_gguf_open(learner->ctx, path, &file));
    cairn_status status = cairn_gguf_verify(learner->ctx, file);
    if (status == CAIRN_OK) status = get_all(learner, file, path, "", learner->setup.params);
    if (status == CAIRN_OK) status = cairn_learner_get(learner, file, path);
    cairn_gguf_close(file);
    return status;
}
