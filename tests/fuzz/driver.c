/* A fuzz driver for compilers without libFuzzer: mutates seed inputs and feeds them to LLVMFuzzerTestOneInput. The inputs
 * are a function of --seed and the input's number alone. It has no coverage feedback; the sanitizers judge. The input under
 * way when one of them strikes, or when it takes a minute, is written to DIR/<program>-crash (--crashes DIR).
 *
 * Usage: fuzz_x [--seconds S] [--runs N] [--seed N] [--crashes DIR] [FILE...]
 * Files are seeds, and are tried as they are first; --runs 0 tries only them.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* The undefined-behaviour sanitizer does not call the death callback: it aborts, and the signal handler sees that. */
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) {
    return "abort_on_error=1:print_stacktrace=1";
}

/* An input of a few kilobytes gives no reason to ask for a gigabyte at once. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "max_allocation_size_mb=1024";
}

enum { MOST_BYTES = 1 << 16, MOST_SEEDS = 1024, MOST_SECONDS = 60 /* of one input */ };

/* What the targets read: arithmetic, solutions in lines, JSON records, a recorded search. */
static const char *const built_in[] = {
    "",
    "2 * (3 + 4) - 10 / 4",
    "-2^2 + 1 1/2 of 30% - $1,234.50",
    "Janet sells 16 - 3 - 4 = <<16-3-4=9>>9 eggs. She makes 9 * 2 = $<<9*2=18>>18.\n#### 18",
    "A = 2 + 3 and B = 4 * 5. Then A * B = 5 * 20 = 100. So the answer is \\boxed{\\frac{1}{3}}.",
    "{\"prompt\": \"1 + 1?\", \"completions\": [\"1 + 1 = 2\", \"so 2\"], \"labels\": [true, false]}\n",
    "{\"prompt\": \"p\", \"completions\": [\"a\", \"b\"], \"scores\": [0.5, null]}\n",
    "{\"input\": \"-3 + 4 =\", \"steps\": [\"a = 1\", \"b = 2\"], \"target\": \"1\", \"answer\": \"2\", "
    "\"mistake_index\": 1}\n",
    "{\"id\": \"gsm8k-0\", \"generator\": \"m\", \"problem\": \"p\", \"steps\": [\"x\"], \"final_answer_correct\": "
    "true, \"label\": -1}\n",
    "{\"question\": \"q\", \"answer\": \"a <<1+1=2>>2\\n#### 2\"}\n{\"question\": \"r\", \"answer\": "
    "\"\\u00e9\\ud83d\\ude00\"}\n",
    "{\"algorithm\": \"muzero\", \"algorithm_config\": {\"dirichlet_alpha\": 0.3, \"dirichlet_fraction\": 0.0,"
    " \"pb_c_base\": 19652, \"pb_c_init\": 1.25, \"qtransform\": \"qtransform_by_parent_and_siblings\","
    " \"qtransform_kwargs\": {}}, \"env_config\": {\"discount\": 0.5, \"zero_reward\": false}, \"tree\": "
    "{\"child_stats\":"
    " [{\"action\": 0, \"child_stats\": [], \"prior\": 0.25}, {\"action\": 1, \"child_stats\": [{\"action\": 0,"
    " \"child_stats\": [], \"prior\": 1.0}], \"prior\": 0.75, \"reward\": 1.0, \"evaluation_index\": 1, \"visit\": 1,"
    " \"raw_value_view\": 0.5, \"value_view\": 0.5}], \"evaluation_index\": 0, \"prior\": 1.0, \"raw_value_view\": "
    "0.25,"
    " \"value_view\": 0.75, \"visit\": 2}}",
};

/* Pieces that mean something to a reader of numbers, of text and of JSON. */
/* clang-format off */
static const char *const pieces[] = {
    "0", "1e308", "-1", "9223372036854775808", "1e-400", "0.1", "1/0", "NaN", "Infinity", "null", "true", "\"", "\\",
    "{", "}", "[", "]", ",", ":", "\n", "\r\n", "=", "<<", ">>", "#### ", "\\boxed{", "\\frac{1}{2}", "\\u0000",
    "\\ud800", "\xc3\x97", "\xff", "\xf4\x90\x80\x80", "(", ")", "^", "%", "of", "((((((((", "[[[[[[[[", "{\"a\":",
    "  ", "A = ", "\"labels\"", "\"steps\"",
};
/* clang-format on */

typedef struct input {
    uint8_t *bytes; /* [size] */
    size_t size;
} input;

static input seeds[MOST_SEEDS];
static size_t n_seeds;
static uint8_t current[MOST_BYTES];
static size_t current_size;
static uint64_t current_run;
static char crash_path[4096];

/* splitmix64 (Steele, Lea and Flood 2014): a stream for every input. */
static uint64_t state;

static uint64_t draw(void) {
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t below(size_t bound) {
    return bound ? (size_t)(draw() % bound) : 0;
}

/* ---- mutations of `current` -------------------------------------------------------------------------------------- */

/* Puts bytes in place of current[at .. at + gone). */
static void splice(size_t at, size_t gone, const uint8_t *bytes, size_t size) {
    if (current_size - gone + size > MOST_BYTES) return;
    memmove(current + at + size, current + at + gone, current_size - at - gone);
    memmove(current + at, bytes, size);
    current_size = current_size - gone + size;
}

static void copy_within(void) {
    uint8_t block[256];
    size_t from = below(current_size), size = below(current_size - from + 1);
    if (size > sizeof block) size = sizeof block;
    memcpy(block, current + from, size);
    size_t times = 1 + below(8), at = below(current_size + 1);
    for (size_t i = 0; i < times; i++) splice(at, 0, block, size);
}

static void cross(const input *other) {
    if (!other->size) return;
    size_t from = below(other->size), size = 1 + below(other->size - from);
    size_t at = below(current_size + 1);
    splice(at, below(current_size - at + 1), other->bytes + from, size);
}

static void mutate(void) {
    size_t at = below(current_size);
    const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
    uint8_t byte = (uint8_t)draw();
    switch (current_size ? below(8) : 6) {
    case 0:
        current[at] ^= (uint8_t)(1u << below(8));
        break;
    case 1:
        current[at] = byte;
        break;
    case 2:
        splice(at, 1 + below(current_size - at < 16 ? current_size - at : 16), current, 0);
        break;
    case 3:
        splice(at, 0, &byte, 1);
        break;
    case 4:
        copy_within();
        break;
    case 5:
        cross(&seeds[below(n_seeds)]);
        break;
    case 6:
        splice(below(current_size + 1), 0, (const uint8_t *)piece, strlen(piece));
        break;
    default:
        current_size = at;
        break; /* cut off */
    }
}

/* ---- running ------------------------------------------------------------------------------------------------------ */

static void keep_crash(void) {
    FILE *file = *crash_path ? fopen(crash_path, "wb") : NULL;
    if (file) {
        fwrite(current, 1, current_size, file);
        fclose(file);
    }
    fprintf(stderr, "input %" PRIu64 " (%zu bytes) failed%s%s\n", current_run, current_size, file ? ": " : "",
            file ? crash_path : "");
}

static void on_signal(int number) {
    keep_crash();
    signal(number, SIG_DFL);
    raise(number);
}

/* A copy on the heap, so that reading one byte too far is seen. */
static void try_current(void) {
    uint8_t *bytes = malloc(current_size ? current_size : 1);
    if (!bytes) abort();
    memcpy(bytes, current, current_size);
    alarm(MOST_SECONDS);
    LLVMFuzzerTestOneInput(bytes, current_size);
    alarm(0);
    free(bytes);
}

static void add_seed(const uint8_t *bytes, size_t size) {
    if (n_seeds == MOST_SEEDS) return;
    input *seed = &seeds[n_seeds++];
    seed->bytes = malloc(size ? size : 1);
    if (!seed->bytes) abort();
    if (size) memcpy(seed->bytes, bytes, size);
    seed->size = size;
}

static bool add_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    current_size = fread(current, 1, MOST_BYTES, file);
    fclose(file);
    add_seed(current, current_size);
    return true;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run_seed(size_t i) {
    memcpy(current, seeds[i].bytes, seeds[i].size);
    current_size = seeds[i].size;
    try_current();
}

static void run_mutated(uint64_t seed) {
    state = seed * UINT64_C(0xd1342543de82ef95) + current_run;
    const input *start = &seeds[below(n_seeds)];
    memcpy(current, start->bytes, start->size);
    current_size = start->size;
    for (size_t changes = 1 + below(1 + below(12)); changes; changes--) mutate();
    try_current();
}

int main(int argc, char **argv) {
    double seconds = 10;
    uint64_t seed = 1, runs = UINT64_MAX;
    const char *crashes = NULL;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        add_seed((const uint8_t *)built_in[i], strlen(built_in[i]));
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool option = strncmp(argv[i], "--", 2) == 0;
        if (option && value && strcmp(argv[i], "--seconds") == 0)
            seconds = strtod(value, NULL);
        else if (option && value && strcmp(argv[i], "--runs") == 0)
            runs = strtoull(value, NULL, 10);
        else if (option && value && strcmp(argv[i], "--seed") == 0)
            seed = strtoull(value, NULL, 10);
        else if (option && value && strcmp(argv[i], "--crashes") == 0)
            crashes = value;
        else if (option || !add_file(argv[i])) {
            fprintf(stderr, "usage: %s [--seconds S] [--runs N] [--seed N] [--crashes DIR] [FILE...]\n", argv[0]);
            return 2;
        }
        if (option) i++;
    }
    const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
    if (crashes) snprintf(crash_path, sizeof crash_path, "%s/%s-crash", crashes, name);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(keep_crash);
    else
        signal(SIGSEGV, on_signal);
    signal(SIGABRT, on_signal);
    signal(SIGILL, on_signal);
    signal(SIGALRM, on_signal);

    double start = now(), end = start + seconds;
    for (size_t i = 0; i < n_seeds; i++) run_seed(i);
    while (current_run < runs && now() < end) {
        run_mutated(seed);
        current_run++;
    }
    printf("%s: %" PRIu64 " inputs in %.1f s from %zu seeds, seed %" PRIu64 "\n", name, current_run + n_seeds,
           now() - start, n_seeds, seed);
    for (size_t i = 0; i < n_seeds; i++) free(seeds[i].bytes);
    return 0;
}
