/* The report in the library: memory that is missing anywhere is an error and never a page that lacks something. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/report.h"
#include "json_memory.h"

static const char solved[] = "{\"answer\":\"7\",\"target\":\"7\",\"correct\":true,\"score\":0.5,\"problem\":\"3 + "
                             "4?\",\"chosen\":0,\"candidates\":[{"
                             "\"answer\":\"7\",\"correct\":true,\"count\":2,\"score\":0.5,\"leaf\":1},{\"answer\":"
                             "\"8\",\"correct\":false,\"count\":1,"
                             "\"score\":0.25,\"leaf\":2}],\"cost\":{\"steps\":2,\"tokens\":9,\"flops\":0.0,\"judge_"
                             "tokens\":0,\"judge_flops\":0.0,"
                             "\"scorings\":2},\"tree\":[{\"parent\":null,\"text\":\"\",\"multiplicity\":1,\"visits\":3,"
                             "\"score\":null,\"truth\":null},"
                             "{\"parent\":0,\"text\":\"3 + 4 = "
                             "7\",\"multiplicity\":2,\"visits\":2,\"score\":0.5,\"truth\":true},{\"parent\":0,\"text\":"
                             "\"3 + 4 = 8\",\"multiplicity\":1,\"visits\":1,\"score\":0.25,\"truth\":false}]}";
static const char labelled[] = "{\"problem\":\"3 + 4?\",\"dropped\":\"\",\"solutions\":[{\"steps\":[\"3 + 4 = "
                               "7\"],\"labels\":[1.0],\"counts\":[[2,2]],"
                               "\"truth\":[true],\"first_error\":-1,\"correct\":true}]}";

typedef struct fixture {
    cairn_ctx *ctx;
    char folder[40], paths[2][80], page[80];
} fixture;

static cairn_status write_run(cairn_ctx *ctx, const char *path, const char *verb, const char *record) {
    const cairn_manifest_entry entry = {"verb", verb};
    cairn_manifest manifest = {&entry, 1, 1, false};
    cairn_run *run;
    CAIRN_TRY(cairn_run_create(ctx, path, &manifest, &run));
    cairn_status status = cairn_run_put(run, ctx, 0, "a", record, strlen(record));
    cairn_run_close(run);
    return status;
}

static int setup(void **state) {
    static fixture f;
    json_fail_at(0);
    strcpy(f.folder, "/tmp/cairn-report-XXXXXX");
    if (cairn_ctx_open(&f.ctx) != CAIRN_OK || !mkdtemp(f.folder)) return -1;
    for (int i = 0; i < 2; i++) snprintf(f.paths[i], sizeof f.paths[i], "%s/%d.db", f.folder, i);
    snprintf(f.page, sizeof f.page, "%s/page.html", f.folder);
    *state = &f;
    if (write_run(f.ctx, f.paths[0], "solve", solved) != CAIRN_OK) return -1;
    return write_run(f.ctx, f.paths[1], "label", labelled) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    fixture *f = *state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    cairn_ctx_close(f->ctx);
    return system(command);
}

/* The page of both runs, in `bytes`. */
static cairn_status make_page(fixture *f, char *bytes, size_t size) {
    const char *paths[] = {f->paths[0], f->paths[1]};
    cairn_report *report;
    cairn_report_page page = {0};
    cairn_out *out;
    CAIRN_TRY(cairn_report_open(f->ctx, paths, 2, &report));
    cairn_status status = cairn_out_open(f->ctx, f->page, &out);
    if (status == CAIRN_OK) {
        status = cairn_report_html(report, f->ctx, &page, out);
        if (status == CAIRN_OK)
            status = cairn_out_commit(out);
        else
            cairn_out_drop(out);
    }
    cairn_report_close(report);
    if (status != CAIRN_OK) return status;
    FILE *file = fopen(f->page, "rb");
    assert_non_null(file);
    bytes[fread(bytes, 1, size - 1, file)] = 0;
    fclose(file);
    unlink(f->page);
    return CAIRN_OK;
}

static char whole[1 << 18], again[1 << 18];

static void test_a_page_is_whole_or_an_error_for_want_of_memory(void **state) {
    fixture *f = *state;
    int failures = 0;
    assert_int_equal(make_page(f, whole, sizeof whole), CAIRN_OK);
    assert_non_null(strstr(whole, "\"chosen\":\"cc.\""));
    for (int kind = 0; kind < 2; kind++) {
        int fine = 0;
        for (long at = 1; fine < 3; at++) {
            if (kind == 0) json_fail_at(at);
            if (kind == 1) cairn_faults_set(f->ctx, (cairn_faults){.alloc_fails_at = at});
            cairn_status status = make_page(f, again, sizeof again);
            json_fail_at(0);
            cairn_faults_set(f->ctx, (cairn_faults){0});
            if (status == CAIRN_OK) {
                fine++;
                assert_string_equal(again, whole);
            } else {
                if (status != CAIRN_NO_MEMORY) fail_msg("allocation %ld: %s", at, cairn_error(f->ctx));
                assert_true(access(f->page, F_OK) != 0);
                failures++;
            }
        }
    }
    assert_true(failures > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_page_is_whole_or_an_error_for_want_of_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
