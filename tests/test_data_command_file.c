#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/command_file.h"

static char folder[] = "/tmp/cairn-command-XXXXXX";

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_files(void **state) {
    (void)state;
    if (!mkdtemp(folder) || chdir(folder) != 0 || mkdir("bin", 0777) != 0) return -1;
    write_file("judge.py", "1");
    write_file("my judge.py", "2");
    write_file("log.txt", "3");
    write_file("bin/python3.11", "4");
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static command_file found(const char *command) {
    static char name[64];
    cairn_ctx *ctx;
    cairn_arena *arena;
    command_file file;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(command_file_of(ctx, arena, command, &file), CAIRN_OK);
    snprintf(name, sizeof name, "%s", file.name);
    file.name = name;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return file;
}

static void the_file_is_the_first_word_that_names_one_and_is_no_interpreter(void **state) {
    (void)state;
    static const struct {
        const char *command, *file;
    } cases[] = {{"./judge.py", "./judge.py"},
                 {"./judge.py log.txt", "./judge.py"},
                 {"python3 judge.py --fast log.txt", "judge.py"},
                 {"bin/python3.11 -u judge.py", "judge.py"},
                 {"CUDA_VISIBLE_DEVICES=0 nice -n 5 python judge.py", "judge.py"},
                 {"exec 'my judge.py'", "my judge.py"},
                 {"exec my\\ judge.py", "my judge.py"},
                 {"\"./my judge.py\" log.txt", "./my judge.py"},
                 {"cd . && python3 judge.py", "judge.py"},
                 {"<log.txt >>log.txt 2> log.txt python3 judge.py", "judge.py"},
                 {"cat log.txt|python3 judge.py", "log.txt"},
                 {"python3 -m judge log.txt", ""},
                 {"bash -c 'python3 judge.py' log.txt", ""},
                 {"python3 gone.py", ""},
                 {"bin", ""}, /* a folder */
                 {"cat", ""},
                 {"'unfinished judge.py", ""},
                 {"", ""},
                 {"  \t;|&", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        command_file file = found(cases[i].command);
        if (strcmp(file.name, cases[i].file) != 0)
            fail_msg("`%s`: found `%s`, not `%s`", cases[i].command, file.name, cases[i].file);
        assert_true((file.key != 0) == (*file.name != 0));
    }
}

static void the_key_is_that_of_the_content(void **state) {
    (void)state;
    uint64_t one = found("./judge.py").key;
    assert_true(found("python3 judge.py").key == one);
    write_file("judge.py", "2");
    assert_true(found("./judge.py").key != one);
    assert_true(found("./judge.py").key == found("'my judge.py'").key);
    write_file("judge.py", "1");
    assert_true(found("./judge.py").key == one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_the_first_word_that_names_one_and_is_no_interpreter),
        cmocka_unit_test(the_key_is_that_of_the_content),
    };
    return cmocka_run_group_tests_name("command file", tests, make_files, remove_files);
}
