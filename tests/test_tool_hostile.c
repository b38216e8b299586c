/* Hostile answers: each is graded in bounded time and memory, and none is told from itself. CAIRN_HOSTILE in the
 * environment is the number of texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <time.h>

#include "cairn/answer.h"
#include "hostile.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Each takes 50 ms at most on an idle machine; a busy one may stand still for a while. */
enum { TEXTS = 20000, MILLISECONDS_MOST = SANITIZED ? 10000 : 3000, MEGABYTES_MOST = 64, SHOWN = 200 };

static const char *const ANSWERS[] = {
    "\\frac{3}{56}",
    "\\left( 3, \\frac{\\pi}{2} \\right)",
    "(0,9) \\cup (9,36)",
    "\\begin{pmatrix} -1/3 \\\\ 2/3 \\\\ 5/3 \\end{pmatrix}",
    "\\{1\\pm\\sqrt{5},-2\\}",
    "x^5 - x^4 + x^3 - x^2 + x - 1",
    "11,\\! 111,\\! 111,\\! 100",
    "15\\mbox{ cm}^2",
    "\\frac{270}7\\text{ degrees}",
    "5x - 7y + 11z + 4 = 0",
    "x \\in [-2,7]",
    "137 \\frac{1}{2}",
    "\\text{(B)}",
    "4210_{5}",
    "1+274i",
    "\\$32,\\!348",
    "3 \\pm 2 \\sqrt{2}",
    "(-\\infty, 0]",
    "50\\%",
    "12:30 PM",
    "twenty-one",
    "\\frac{\\sqrt{\\sqrt{11}+\\sqrt{194}}}{15+2\\sqrt{33}}",
    "\\sin^2 x + \\log_2 8",
};

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    hostile h;
    char *other;
    double worst; /* milliseconds */
    long first_kilobytes;
} fixture;

static long kilobytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static int setup(void **state) {
    static fixture f;
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    f.h = (hostile){.answers = ANSWERS, .n_answers = sizeof ANSWERS / sizeof *ANSWERS};
    assert_non_null(f.h.text = malloc(HOSTILE_BYTES));
    assert_non_null(f.other = malloc(HOSTILE_BYTES));
    memset(f.h.text, 1, HOSTILE_BYTES);
    memset(f.other, 1, HOSTILE_BYTES);
    f.first_kilobytes = kilobytes();
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    free(f->h.text);
    free(f->other);
    cairn_ctx_close(f->ctx);
    return 0;
}

static void show(const char *text) {
    for (int i = 0; i < SHOWN && text[i]; i++)
        printf((unsigned char)text[i] < 32 || (unsigned char)text[i] > 126 ? "<%02x>" : "%c", (unsigned char)text[i]);
    printf(strlen(text) > SHOWN ? "... (%zu bytes)\n" : "\n", strlen(text));
}

static cairn_verdict graded(fixture *f, const char *answer, const char *reference) {
    cairn_grade grade = {0};
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    double start = milliseconds();
    cairn_status status = cairn_answer_grade(f->ctx, f->arena, answer, reference, NULL, &grade);
    double took = milliseconds() - start;
    if (took > f->worst) {
        f->worst = took;
        printf("%.2f ms, %s by '%s':\n  ", took, cairn_verdict_name(grade.verdict), grade.rule ? grade.rule : "");
        show(answer);
        printf("  ");
        show(reference);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(took <= MILLISECONDS_MOST);
    assert_true(cairn_arena_bytes(f->arena) <= (size_t)MEGABYTES_MOST << 20);
    cairn_arena_close(f->arena);
    return grade.verdict;
}

/* Each against a plain number, an answer, another hostile text, or itself. */
static void test_hostile_texts_cost_little(void **state) {
    fixture *f = *state;
    const char *count = getenv("CAIRN_HOSTILE");
    uint64_t texts = count ? strtoull(count, NULL, 10) : TEXTS;
    for (uint64_t i = 0; i < texts; i++) {
        hostile_text(&f->h, i);
        switch (below(&f->h, 5)) {
        case 0:
            graded(f, f->h.text, "1");
            break;
        case 1:
            graded(f, f->h.text, ANSWERS[below(&f->h, f->h.n_answers)]);
            break;
        case 2:
            graded(f, ANSWERS[below(&f->h, f->h.n_answers)], f->h.text);
            break;
        case 3:
            memcpy(f->other, f->h.text, f->h.length + 1);
            hostile_text(&f->h, i + ((uint64_t)1 << 30));
            graded(f, f->other, f->h.text);
            break;
        default:
            if (graded(f, f->h.text, f->h.text) == CAIRN_VERDICT_WRONG) {
                printf("told from itself: ");
                show(f->h.text);
                fail();
            }
        }
    }
    printf("worst of %llu: %.2f ms; memory grew by %ld KiB\n", (unsigned long long)texts, f->worst,
           kilobytes() - f->first_kilobytes);
    if (!SANITIZED) assert_true(kilobytes() - f->first_kilobytes <= MEGABYTES_MOST << 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hostile_texts_cost_little)};
    return cmocka_run_group_tests_name("tool hostile", tests, setup, teardown);
}
