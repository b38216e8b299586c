/* One progress line on standard error. */
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cairn/core.h"

struct cairn_progress {
    pthread_mutex_t lock;
    const char *what;
    int64_t total, done;
    double start, next; /* seconds: opened, time of the next print */
    bool quiet, terminal, printed;
};

double cairn_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

cairn_status cairn_progress_open(cairn_ctx *ctx, const char *what, int64_t total, bool quiet, cairn_progress **out) {
    cairn_progress *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    pthread_mutex_init(&p->lock, NULL);
    p->what = what ? what : "";
    p->total = total;
    p->quiet = quiet;
    p->terminal = isatty(STDERR_FILENO);
    p->start = cairn_seconds();
    p->next = p->start + 2;
    *out = p;
    return CAIRN_OK;
}

/* "0:31", "1:02:05" */
static void clock_text(double seconds, char out[32]) {
    int64_t s = seconds < 1e9 ? (int64_t)(seconds + 0.5) : (int64_t)1e9;
    if (s >= 3600)
        snprintf(out, 32, "%lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60), (long long)(s % 60));
    else
        snprintf(out, 32, "%lld:%02lld", (long long)(s / 60), (long long)(s % 60));
}

static void print_line(cairn_progress *p, double now) {
    double rate = (double)p->done / (now - p->start);
    char eta[32] = "?", line[160];
    if (rate > 0 && p->total > 0) clock_text((double)(p->total - p->done) / rate, eta);
    if (p->total > 0)
        snprintf(line, sizeof line, "%s %lld/%lld  %d%%  %.4g/s  ETA %s", p->what, (long long)p->done, (long long)p->total,
                 (int)(100 * p->done / p->total), rate, eta);
    else
        snprintf(line, sizeof line, "%s %lld  %.4g/s", p->what, (long long)p->done, rate);
    fprintf(stderr, p->terminal ? "\r\033[K%.78s" : "%s\n", line);
    fflush(stderr);
    p->printed = true;
}

void cairn_progress_add(cairn_progress *p, int64_t done) {
    if (!p || p->quiet) return;
    pthread_mutex_lock(&p->lock);
    p->done += done;
    double now = cairn_seconds();
    if (now >= p->next) {
        print_line(p, now);
        p->next = now + (p->terminal ? 0.2 : 10);
    }
    pthread_mutex_unlock(&p->lock);
}

void cairn_progress_close(cairn_progress *p) {
    if (!p) return;
    if (p->printed && p->terminal) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
    }
    pthread_mutex_destroy(&p->lock);
    cairn_free(p);
}
