/* What is said of each step: a line of JSON, a record of an event file, a sentence. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "learn/trainer.h"

static cairn_status write_line(trainer *t, const cairn_learn_point *point) {
    fprintf(t->log, "{\"step\":%lld,\"epoch\":%lld,\"tokens\":%lld", (long long)point->step, (long long)point->epoch,
            (long long)point->tokens);
    for (int32_t i = 0; i < point->n_metrics; i++) {
        char number[32];
        if (!isfinite(point->metrics[i].value)) continue; /* not measured */
        cairn_format_double(point->metrics[i].value, number);
        fprintf(t->log, ",\"%s\":%s", point->metrics[i].name, number);
    }
    fprintf(t->log, "%s}\n", point->best ? ",\"best\":true" : "");
    if (fflush(t->log) != 0 || ferror(t->log))
        return cairn_fail(t->ctx, CAIRN_IO, "%s: cannot write: %s", t->setup->log, strerror(errno));
    t->now.log_bytes = ftell(t->log);
    return CAIRN_OK;
}

cairn_status trainer_write_log(trainer *t, const cairn_learn_point *point) {
    if (t->log) CAIRN_TRY(write_line(t, point));
    return t->events ? events_write(t->events, point) : CAIRN_OK;
}

/* Cuts what a log says of steps that are done again. One that was shortened since gets no bytes for what is missing. */
static int cut_log(trainer *t) {
    if (fseek(t->log, 0, SEEK_END) != 0) return -1;
    long there = ftell(t->log);
    if (there >= t->now.log_bytes) return ftruncate(fileno(t->log), t->now.log_bytes);
    cairn_log(t->ctx, CAIRN_LOG_WARN, "%s: was shortened since the checkpoint: lines of earlier steps are missing",
              t->setup->log);
    if (there == 0) return 0;
    fseek(t->log, -1, SEEK_END);
    bool whole = fgetc(t->log) == '\n';
    fseek(t->log, 0, SEEK_END);
    return whole || fputc('\n', t->log) == '\n' ? 0 : -1;
}

cairn_status trainer_open_log(trainer *t) {
    const char *folder = t->setup->tensorboard;
    if (folder && *folder && !t->now.finished) CAIRN_TRY(events_open(t->ctx, folder, t->now.step, &t->events));
    if (!*t->setup->log) return CAIRN_OK;
    bool old = t->setup->resume && access(t->setup->log, F_OK) == 0;
    t->log = fopen(t->setup->log, old ? "r+" : "w");
    if (!t->log || (old && cut_log(t) != 0) || fseek(t->log, 0, SEEK_END) != 0)
        return cairn_fail(t->ctx, CAIRN_IO, "%s: cannot open: %s", t->setup->log, strerror(errno));
    return CAIRN_OK;
}

void trainer_say(trainer *t, const cairn_learn_point *point) {
    double loss = metric(point, "dev_loss"), accuracy = metric(point, "dev_accuracy"),
           auroc = metric(point, "dev_auroc");
    char parts[2][48] = {"", ""}, dev[160] = "";
    if (t->setup->quiet) return;
    if (isfinite(accuracy)) snprintf(parts[0], sizeof parts[0], ", accuracy %.1f %%", 100 * accuracy);
    if (isfinite(auroc)) snprintf(parts[1], sizeof parts[1], ", AUROC %.4f", auroc);
    if (isfinite(loss))
        snprintf(dev, sizeof dev, "; dev loss %.4f%s%s%s", loss, parts[0], parts[1],
                 point->best ? ", best so far" : "");
    cairn_log(t->ctx, CAIRN_LOG_INFO, "step %lld of %lld: loss %.4f, gradient norm %.3g, rate %.3g, %.0f tokens/s%s",
              (long long)point->step, (long long)point->steps, metric(point, "loss"), metric(point, "gradient_norm"),
              metric(point, "rate"), metric(point, "tokens_per_second"), dev);
}
