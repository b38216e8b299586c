/* label: light */
/* The page of a benchmark: its numbers by hand, the items that are worst, and texts that want to be markup. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

typedef cairn_status writer(cairn_bench_run *, const cairn_bench_page *, cairn_out *);

static char *slurp(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t length = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(1, length + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, length, file), length);
    fclose(file);
    assert_int_equal(strlen(text), length);
    return text;
}

/* What the writer makes of the fixture's result; freed by the caller. */
static char *made(fixture *f, writer *write, int32_t worst) {
    static const char *const files[] = {"a <b>.jsonl"};
    cairn_bench_page page = {.result = &f->result,
                             .judge = "exec:./p & q",
                             .options = "threshold=0.5",
                             .files = files,
                             .n_files = 1,
                             .worst = worst};
    char path[128];
    cairn_out *out;
    snprintf(path, sizeof path, "%s/page.html", f->folder);
    remove(path);
    ok(f, cairn_out_open(f->ctx, path, &out));
    ok(f, write(f->run, &page, out));
    ok(f, cairn_out_commit(out));
    return slurp(path);
}

static void has(const char *page, const char *text) {
    if (!strstr(page, text)) fail_msg("`%s` is not in the page", text);
}

static void lacks(const char *page, const char *text) {
    const char *at = strstr(page, text);
    if (at) fail_msg("`%s` is in the page: %.80s", text, at);
}

/* Places of the texts rise. */
static void in_order(const char *page, const char *first, const char *second) {
    has(page, first);
    has(page, second);
    if (strstr(page, first) > strstr(page, second)) fail_msg("`%s` stands behind `%s`", first, second);
}

static bool is_void(const char *tag, size_t length) {
    return length == 4 && strncmp(tag, "meta", 4) == 0;
}

/* Each tag that opens is closed, in turn; nothing else begins with `<`, and no `&` is left alone. */
static void well_formed(const char *page) {
    const char *open[64];
    size_t lengths[64], depth = 0;
    for (const char *at = page; (at = strpbrk(at, "<&")) != NULL; at++) {
        if (*at == '&') {
            if (!memchr(at, ';', strnlen(at, 7))) fail_msg("a bare &: %.20s", at);
            continue;
        }
        if (at[1] == '!') continue;
        bool closes = at[1] == '/';
        const char *name = at + 1 + closes, *end = strchr(at, '>');
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz123456789");
        assert_non_null(end);
        assert_true(length > 0);
        if (closes) {
            if (depth == 0 || lengths[depth - 1] != length || strncmp(open[depth - 1], name, length) != 0)
                fail_msg("closed, but not open: %.*s", (int)length, name);
            depth--;
        } else if (end[-1] != '/' && !is_void(name, length)) {
            assert_true(depth < 64);
            open[depth] = name;
            lengths[depth++] = length;
        }
    }
    assert_int_equal(depth, 0);
}

static void needs_nothing_else(const char *page) {
    lacks(page, "://");
    lacks(page, "<script");
    lacks(page, "<link");
    lacks(page, "<img");
    lacks(page, "src=");
    lacks(page, "href=");
    lacks(page, "url(");
    lacks(page, "@import");
}

static void measured(fixture *f, const char *name, const char *file, const char *rows) {
    bench_open(f, name, "");
    ok(f, bench_read_text(f, file, rows));
    bench_measure(f, true);
}

/* Right steps have .9, .8, .6, .3, the wrong one .4; after the first wrong one nothing is marked. */
static const char two[] = "{\"id\":\"g-0\",\"problem\":\"one\",\"steps\":[\"alpha\",\"beta\",\"gamma\"],\"label\":1,"
                          "\"scores\":[0.9,0.4,0.1]}\n"
                          "{\"id\":\"g-1\",\"problem\":\"two\",\"steps\":[\"delta\",\"epsilon\",\"zeta\"],\"label\":-1,"
                          "\"scores\":[0.8,0.6,0.3]}"
                          "\n";

static void test_the_numbers_of_five_steps(void **state) {
    fixture *f = *state;
    measured(f, "processbench", "g.jsonl", two);
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "5 steps with a score and a mark");
    has(page, "AUROC <b>0.750</b>");                                              /* 3 of 4 right ones are above .4 */
    has(page, "finds 100.0 % of the wrong steps and blames 25.0 % of the right"); /* .4 and .3 are below .5 */
    has(page, "Average precision <b>0.500</b>. Dashed: 0.200");                   /* the second of two is it */
    has(page, "Expected calibration error <b>0.360</b>");                         /* (.1 + .2 + .4 + .7 + .4) / 5 */
    has(page, "4 right steps above, 1 wrong ones below");
    has(page, "exec:./p &amp; q");
    has(page, "a &lt;b&gt;.jsonl");
    has(page, "<td>100.00</td>"); /* acc_err, without an interval */
    has(page, "always wrong");
    has(page, "Misjudged items: 1;");
    lacks(page, "alpha"); /* found */
    has(page, "<li class=\"w missed\"><span class=\"no\">2</span><span class=\"score\">0.300</span><span "
              "class=\"text\">zeta</span>");
    has(page, "<li class=\"r\"><span class=\"no\">0</span>");
    has(page, "the judge: <b>step 2 is the first wrong one</b>");
    well_formed(page);
    needs_nothing_else(page);
    free(page);
}

static void test_the_same_bytes_twice(void **state) {
    fixture *f = *state;
    measured(f, "processbench", "g.jsonl", two);
    char *one = made(f, cairn_bench_write_page, 20);
    measured(f, "processbench", "g.jsonl", two);
    char *again = made(f, cairn_bench_write_page, 20);
    assert_string_equal(one, again);
    free(one);
    free(again);
}

static void test_the_worst_come_first(void **state) {
    fixture *f = *state;
    measured(f, "processbench", "g.jsonl",
             "{\"id\":\"g-0\",\"steps\":[\"near\"],\"label\":-1,\"scores\":[0.4]}\n"
             "{\"id\":\"g-1\",\"steps\":[\"hit\"],\"label\":-1,\"scores\":[0.5]}\n"
             "{\"id\":\"g-2\",\"steps\":[\"far\"],\"label\":0,\"scores\":[0.99]}\n"
             "{\"id\":\"g-3\",\"steps\":[\"silent\"],\"label\":0}\n"
             "{\"id\":\"g-4\",\"steps\":[\"off by two\",\"x\",\"y\"],\"label\":0,\"prediction\":2}\n");
    char *page = made(f, cairn_bench_write_page, 20);
    in_order(page, "off by two", ">far<");
    in_order(page, ">far<", ">near<");
    lacks(page, ">hit<"); /* a score of the threshold itself is right here */
    lacks(page, ">silent<");
    has(page, "<dt>without an answer</dt><dd class=\"loud\">1: they");
    has(page, "Misjudged items: 3; shown: the 3 worst");
    free(page);
    page = made(f, cairn_bench_write_page, 1);
    has(page, "Misjudged items: 3; shown: the 1 worst");
    lacks(page, ">far<");
    free(page);
    page = made(f, cairn_bench_write_page, 0);
    lacks(page, "<article>");
    well_formed(page);
    free(page);
}

static void test_texts_are_no_markup(void **state) {
    fixture *f = *state;
    measured(
        f, "processbench", "g.jsonl",
        "{\"id\":\"<b>-1\",\"problem\":\"<script>alert('1')</script> & \\u202e\\u0007\",\"steps\":[\"</li>\\\"\\nx\"],"
        "\"label\":-1,\"scores\":[0.1]}\n");
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; \\u{202e}\\x07");
    has(page, "&lt;/li&gt;&quot;\nx");
    lacks(page, "\xe2\x80\xae");
    lacks(page, "<b>-");
    well_formed(page);
    needs_nothing_else(page);
    free(page);
}

static void test_long_texts_are_cut_between_characters(void **state) {
    fixture *f = *state;
    enum { LENGTH = 50001 };
    char *rows = malloc(2 * LENGTH);
    assert_non_null(rows);
    char *at = rows + sprintf(rows, "{\"id\":\"g-1\",\"problem\":\"x");
    for (int i = 0; i < LENGTH / 2; i++) at += sprintf(at, "é");
    at += sprintf(at, "\",\"steps\":[");
    for (int i = 0; i < 900; i++) at += sprintf(at, "%s\"s%d.\"", i ? "," : "", i);
    at += sprintf(at, "],\"label\":700,\"prediction\":800}\n");
    measured(f, "processbench", "g.jsonl", rows);
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "é… (50,001 bytes)");
    assert_true(strlen(page) < 40000);
    has(page, "… 680 steps before");
    has(page, ">s700.<");
    has(page, "… 180 steps after");
    well_formed(page);
    free(page);
    free(rows);
}

static void test_steps_that_each_have_a_mark(void **state) {
    fixture *f = *state;
    measured(
        f, "prmbench", "p.jsonl",
        "{\"classification\":\"circular\",\"idx\":\"c_1\",\"modified_question\":\"q\",\"modified_process\":[\"one\","
        "\"two\",\"three\"],\"error_steps\":[1,3]}\n");
    cairn_bench_item *item = cairn_bench_item_at(f->run, 0);
    double scores[] = {0.5, 0.9, 0.51}; /* the threshold itself is called wrong */
    item->candidates[0].scores = scores;
    item->answered = true;
    bench_measure(f, true);
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "<li class=\"w\"><span class=\"no\">0</span>");
    has(page, "<li class=\"r\"><span class=\"no\">1</span>");
    has(page, "<li class=\"r missed\"><span class=\"no\">2</span>");
    has(page, "AUROC <b>1.000</b>"); /* .9 is above .5 and .51 */
    has(page, "finds 50.0 % of the wrong steps and blames 0.0 % of the right");
    well_formed(page);
    free(page);
}

static void test_scores_that_are_no_chances(void **state) {
    fixture *f = *state;
    measured(f, "processbench", "g.jsonl",
             "{\"id\":\"g-0\",\"steps\":[\"a\",\"b\"],\"label\":1,\"scores\":[1e300,-1e300]}\n"
             "{\"id\":\"g-1\",\"steps\":[\"a\",\"b\"],\"label\":-1,\"scores\":[3,null]}\n");
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "Scores from -1e+300 to 1e+300 are no chances");
    has(page, "3 steps with a score");
    lacks(page, "nan");
    lacks(page, "inf");
    well_formed(page);
    free(page);
    measured(f, "processbench", "g.jsonl", "{\"id\":\"g-0\",\"steps\":[\"a\"],\"label\":-1,\"scores\":[2]}\n");
    page = made(f, cairn_bench_write_page, 20);
    has(page, "all steps with a score are of one kind");
    lacks(page, "nan");
    well_formed(page);
    free(page);
}

/* Without texts: the right one, of which the first file says "human_to_GPT-4", is third. */
static void test_candidates_by_falling_score(void **state) {
    fixture *f = *state;
    measured(
        f, "rewardmath", "r.json",
        "[{\"problem\":\"What?\",\"solution_reference\":[\"human_to_GPT-4\",\"one\",\"two\"],\"score\":[0.4,0.9,0.6]},"
        "{\"problem\":\"Why?\",\"solution_reference\":[\"human_to_GPT-4\",\"one\",\"two\"],\"score\":[0.5,0.4,0.1]}]");
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "Misjudged items: 1;");
    has(page, "best wrong one above the best right one by <b>0.500</b>");
    has(page, "What?");
    lacks(page, "Why?");
    in_order(page, ">one<", ">two<");
    in_order(page, ">two<", ">human_to_GPT-4<");
    has(page, "<li class=\"r chosen\"><span class=\"no\">3</span><span class=\"score\">0.400</span>");
    lacks(page, "Scores of steps");
    well_formed(page);
    needs_nothing_else(page);
    free(page);
}

static void test_an_item_of_several_rows_is_shown_once(void **state) {
    fixture *f = *state;
    measured(f, "rewardmath", "r.json",
             "[{\"problem\":\"What?\",\"solution_reference\":[\"human_to_GPT-4\",\"one\"],"
             "\"score\":[[0.4,0.1],[0.9,0.8]]}]");
    assert_true(f->result.n_subsets > 4); /* a row for each aggregate */
    char *page = made(f, cairn_bench_write_page, 20);
    const char *first = strstr(page, "<article>");
    assert_non_null(first);
    lacks(first + 1, "<article>");
    free(page);
    /* the same id in two files that hold different items */
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "a.jsonl",
                          "{\"id\":\"x\",\"problem\":\"one\",\"steps\":[\"s\"],\"label\":0,\"scores\":[1]}"));
    ok(f, bench_read_text(f, "b.jsonl",
                          "{\"id\":\"x\",\"problem\":\"two\",\"steps\":[\"s\"],\"label\":0,\"scores\":[1]}"));
    bench_measure(f, false);
    page = made(f, cairn_bench_write_page, 20);
    has(page, ">one<");
    has(page, ">two<");
    has(page, "of all rows of the table together");
    free(page);
}

static void test_nothing_was_said(void **state) {
    fixture *f = *state;
    measured(f, "processbench", "g.jsonl", "{\"id\":\"g-0\",\"steps\":[\"a\"],\"label\":-1}\n");
    char *page = made(f, cairn_bench_write_page, 20);
    has(page, "<dt>without an answer</dt><dd class=\"loud\">1: they");
    lacks(page, "<article>");
    well_formed(page);
    free(page);
    cairn_bench_page how = {.result = &f->result, .judge = "", .options = ""};
    cairn_out *out;
    char path[128];
    snprintf(path, sizeof path, "%s/curves.svg", f->folder);
    ok(f, cairn_out_open(f->ctx, path, &out));
    refused(f, cairn_bench_write_curves(f->run, &how, out), CAIRN_INVALID, "a score and a truth");
    cairn_out_drop(out);
}

static void test_the_curves_alone(void **state) {
    fixture *f = *state;
    measured(f, "processbench", "g.jsonl", two);
    char *image = made(f, cairn_bench_write_curves, 0);
    assert_memory_equal(image, "<svg xmlns=", 11);
    has(image, "ROC: wrong steps found");
    has(image, "Reliability");
    has(image, "Scores by truth");
    /* falling: .3 (right), .4 (wrong), the others: 44 + 260 / 4 across, all the way up at 24 */
    has(image, "points=\"44.0,264.0 109.0,264.0 109.0,24.0 174.0,24.0 239.0,24.0 304.0,24.0 \"");
    well_formed(image);
    lacks(image, "<script");
    free(image);
}

static void test_a_full_disk_is_told(void **state) {
    fixture *f = *state;
    cairn_bench_page how = {.result = &f->result, .judge = "j", .options = "", .worst = 20};
    cairn_out *out;
    measured(f, "processbench", "g.jsonl", two);
    if (access("/dev/full", W_OK) != 0) skip();
    ok(f, cairn_out_open(f->ctx, "/dev/full", &out));
    cairn_status status = cairn_bench_write_page(f->run, &how, out);
    if (status == CAIRN_OK)
        status = cairn_out_commit(out);
    else
        cairn_out_drop(out);
    assert_int_equal(status, CAIRN_IO);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_the_numbers_of_five_steps),
        CASE(test_the_same_bytes_twice),
        CASE(test_the_worst_come_first),
        CASE(test_texts_are_no_markup),
        CASE(test_long_texts_are_cut_between_characters),
        CASE(test_steps_that_each_have_a_mark),
        CASE(test_scores_that_are_no_chances),
        CASE(test_candidates_by_falling_score),
        CASE(test_an_item_of_several_rows_is_shown_once),
        CASE(test_nothing_was_said),
        CASE(test_the_curves_alone),
        CASE(test_a_full_disk_is_told),
    };
    return cmocka_run_group_tests_name("eval bench page", tests, NULL, NULL);
}
