/* One progress line on standard error. */
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/context.h"
#include "core/progress.h"

enum { LONGEST_LINE = 512 };
static const double SILENT_SECONDS = 2, TERMINAL_SECONDS = 0.2, FILE_SECONDS = 10;

struct cairn_progress {
    pthread_mutex_t lock; /* over all below */
    char what[64];
    int64_t total, done, before; /* before: of `done`, what earlier processes did */
    double start, next;          /* seconds on the monotonic clock: opened; earliest time of the next line */
    bool quiet, terminal, printed;
};

double cairn_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the line ---------------------------------------------------------------------------------------------------------- */

/* "1,234,567" */
static void print_count(int64_t count, char out[32]) {
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)(count < 0 ? 0 : count)), to = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = 0;
}

/* "0.3", "87", "1.2k", "3.4M": in tenths, so that no locale's decimal sign enters */
static void print_rate(double rate, char out[32]) {
    static const char *const units[] = {"", "k", "M", "G"};
    int unit = 0;
    if (!(rate < 1e12)) rate = 1e12 - 1;
    while (unit < 3 && rate >= 999.5) rate /= 1000, unit++;
    int64_t tenths = (int64_t)(rate * 10 + 0.5);
    if (tenths >= 100)
        snprintf(out, 32, "%lld%s", (long long)((tenths + 5) / 10), units[unit]);
    else
        snprintf(out, 32, "%lld.%lld%s", (long long)(tenths / 10), (long long)(tenths % 10), units[unit]);
}

/* "0:31", "1:02:05" */
static void print_clock(double seconds, char out[32]) {
    int64_t s = seconds < 1e9 ? (int64_t)(seconds + 0.5) : INT64_C(1000000000);
    if (s >= 3600)
        snprintf(out, 32, "%lld:%02d:%02d", (long long)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    else
        snprintf(out, 32, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

/* Bytes of the first `columns` characters. */
static size_t bytes_of_columns(const char *text, size_t columns) {
    size_t i = 0;
    for (; text[i]; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80 && columns-- == 0) break;
    return i;
}

void progress_line(const char *what, int64_t done, int64_t before, int64_t total, double seconds, int width, char *out,
                   size_t size) {
    char count[32], of[32], speed[32], left[32] = "?", numbers[160];
    double rate = seconds > 0 ? (double)(done - before) / seconds : 0;
    print_count(done, count);
    print_count(total, of);
    print_rate(rate, speed);
    if (total > 0) {
        int64_t to_do = total > done ? total - done : 0;
        if (rate > 0) print_clock((double)to_do / rate, left);
        int percent = done >= total ? 100 : (int)(100 * ((double)done / (double)total));
        snprintf(numbers, sizeof numbers, "%s/%s  %d%%  %s/s  ETA %s", count, of, percent, speed, left);
    } else {
        snprintf(numbers, sizeof numbers, "%s  %s/s", count, speed);
    }
    size_t room = width > 0 ? (size_t)width : 0, taken = strlen(numbers) + 2;
    int name = room > taken ? (int)bytes_of_columns(what, room - taken) : 0;
    snprintf(out, size, "%.*s%s%.*s", name, what, name ? "  " : "", width > 0 ? width : 0, numbers);
}

/* ---- the clock and the terminal ---------------------------------------------------------------------------------------- */

static int terminal_width(void) {
    struct winsize window = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1;
    int width = known ? window.ws_col - 1 : 79; /* a full last column would wrap */
    return width < LONGEST_LINE / 4 ? width : LONGEST_LINE / 4;
}

static void print_line(cairn_progress *p, double now) {
    char line[LONGEST_LINE];
    int width = p->terminal ? terminal_width() : 120;
    progress_line(p->what, p->done, p->before, p->total, now - p->start, width, line, sizeof line);
    fprintf(stderr, p->terminal ? "\r\033[K%s" : "%s\n", line);
    fflush(stderr);
    p->printed = true;
    p->next = now + (p->terminal ? TERMINAL_SECONDS : FILE_SECONDS);
}

cairn_status cairn_progress_open(cairn_ctx *ctx, const char *what, int64_t total, bool quiet, cairn_progress **out) {
    cairn_progress *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    pthread_mutex_init(&p->lock, NULL);
    if (what) memcpy(p->what, what, utf8_clip(what, strlen(what), sizeof p->what - 1));
    p->total = total;
    p->quiet = quiet;
    p->terminal = isatty(STDERR_FILENO) != 0;
    p->start = cairn_seconds();
    p->next = p->start + SILENT_SECONDS;
    *out = p;
    return CAIRN_OK;
}

void cairn_progress_resume(cairn_progress *p, int64_t done) {
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->done += done;
    p->before += done;
    pthread_mutex_unlock(&p->lock);
}

void cairn_progress_add(cairn_progress *p, int64_t done) {
    if (!p || p->quiet) return;
    pthread_mutex_lock(&p->lock);
    p->done += done;
    double now = cairn_seconds();
    if (now >= p->next) print_line(p, now);
    pthread_mutex_unlock(&p->lock);
}

void cairn_progress_clear(cairn_progress *p) {
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    if (p->printed && p->terminal) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
    }
    pthread_mutex_unlock(&p->lock);
}

void cairn_progress_close(cairn_progress *p) {
    if (!p) return;
    cairn_progress_clear(p);
    pthread_mutex_destroy(&p->lock);
    cairn_free(p);
}
