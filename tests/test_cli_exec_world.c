/* Runs in a world that is a program: killed in their middle they are shown before they start anything, and go on to the
 * same bytes, also where the program goes wrong meanwhile. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_exec_world"
#include "cli_runs.h"

enum { COUNT = 24 }; /* problems of a run */

/* ---- the programs ------------------------------------------------------------------------------------------------------ */

/* The world: steps are numbers, to be added up to a goal. The state is the sum; a step is answered by what is left and
 * costs 0.1. */
static void take_step(const json_t *request, json_t *reply) {
    json_int_t sum = json_integer_value(json_object_get(request, "state"));
    json_int_t goal = json_integer_value(json_object_get(request, "data"));
    sum += atoi(json_string_value(json_object_get(request, "step")));
    json_object_update_new(reply, json_pack("{s:I, s:o, s:f, s:b, s:s}", "state", sum, "observation",
                                            json_sprintf("%lld", (long long)(goal - sum)), "reward", -0.1, "done",
                                            sum >= goal, "kind", "tool"));
}

static void answer_world(const json_t *request, json_t *reply) {
    const char *verb = json_string_value(json_object_get(request, "verb"));
    json_int_t goal = json_integer_value(json_object_get(request, "data"));
    if (strcmp(verb, "generate") == 0) {
        json_int_t index = json_integer_value(json_object_get(request, "index"));
        json_object_update_new(reply, json_pack("{s:o, s:I, s:i}", "problem", json_sprintf("Reach %d.", 3 + (int)index),
                                                "data", 3 + index % 7, "max_steps", 6));
    } else if (strcmp(verb, "start") == 0) {
        json_object_set_new(reply, "state", json_integer(0));
    } else if (strcmp(verb, "apply") == 0) {
        take_step(request, reply);
    } else if (strcmp(verb, "check") == 0) {
        json_int_t sum = json_integer_value(json_object_get(request, "state"));
        json_object_update_new(
            reply, json_pack("{s:b, s:o}", "correct", sum == goal, "answer", json_sprintf("%lld", (long long)sum)));
    } else {
        json_t *verdicts = json_array();
        for (size_t i = 0; i < json_array_size(json_object_get(request, "steps")); i++)
            json_array_append_new(verdicts, json_null());
        json_object_set_new(reply, "verdicts", verdicts);
    }
}

/* The policy: a number from 1 to 4. */
static void answer_policy(const json_t *request, json_t *reply) {
    uint64_t seed = strtoull(json_string_value(json_object_get(request, "seed")), NULL, 10);
    json_object_set_new(reply, "text", json_sprintf("%d", 1 + (int)(seed % 4)));
}

static void say_line(const char *format, long long id) {
    printf(format, id);
    putchar('\n');
    fflush(stdout);
}

/* Goes wrong in that way instead of a reply. */
static void go_wrong(const char *way, long long id) {
    if (strcmp(way, "exits") == 0) exit(3);
    if (strcmp(way, "dies") == 0) raise(SIGKILL);
    if (strcmp(way, "hangs") == 0) sleep(60);
    if (strcmp(way, "rubbish") == 0) say_line("what? %lld", id);
    if (strcmp(way, "half") == 0) printf("{\"id\":%lld,", id), fflush(stdout), exit(0);
    if (strcmp(way, "rich") == 0) say_line("{\"id\":%lld,\"state\":1,\"reward\":7,\"done\":true}", id);
    if (strcmp(way, "odd") == 0) say_line("{\"id\":%lld,\"state\":1,\"kind\":\"odd\",\"correct\":\"yes\"}", id);
    if (strcmp(way, "huge") == 0) { /* one line of 20 MiB */
        for (int i = 0; i < 20 << 20; i++) putchar('x');
        say_line("%lld", id);
    }
}

/* While there is a file gate.txt, the world answers nothing after as many requests as it says. */
static bool is_held(void) {
    struct stat info;
    long most = 0;
    FILE *gate = fopen("gate.txt", "r");
    if (!gate) return false;
    bool read = fscanf(gate, "%ld", &most) == 1;
    fclose(gate);
    return read && stat("work.txt", &info) == 0 && info.st_size >= most;
}

/* Notes its start and answers requests. The world goes wrong at steps as the file way.txt says, from its third step on:
 * "exits", ... */
static int answer_all(bool world) {
    static char line[1 << 16];
    char way[32] = "";
    FILE *starts = fopen("starts.txt", "a");
    fputc('s', starts);
    fclose(starts);
    for (int steps = 0; fgets(line, sizeof line, stdin);) {
        while (world && is_held()) usleep(1000);
        json_t *request = json_loads(line, 0, NULL);
        const json_t *id = json_object_get(request, "id");
        json_t *reply = json_pack("{s:O}", "id", id);
        const char *verb = json_string_value(json_object_get(request, "verb"));
        FILE *file = fopen("way.txt", "r"), *log = fopen("work.txt", "a");
        bool bad = world && file && fscanf(file, "%31s", way) == 1 && strcmp(verb, "apply") == 0 && ++steps >= 3;
        if (world && !bad) fputc(*verb, log);
        if (file) fclose(file);
        fclose(log);
        if (bad) {
            go_wrong(way, json_integer_value(id));
            json_decref(request);
            json_decref(reply);
            continue;
        }
        if (world)
            answer_world(request, reply);
        else
            answer_policy(request, reply);
        json_dumpf(reply, stdout, JSON_COMPACT);
        putchar('\n');
        fflush(stdout);
        json_decref(request);
        json_decref(reply);
    }
    return 0;
}

/* ---- the runs ------------------------------------------------------------------------------------------------------------- */

static const char *words_of(const char *options) {
    static char words[1024];
    snprintf(words, sizeof words,
             "solve --world 'exec:command=exec " SELF " play world,low=-2,reward_low=-1%s' --policy 'exec:" SELF
             " play policy' --reward mc:rollouts=1 --search mcts:evaluate=edge --budget 10 -n %d --keep-tree --quiet "
             "--workers 2 --in-flight 2",
             options, COUNT);
    return words;
}

/* The undisturbed run, whole.db and its export: how many requests the world got. */
static long whole(const char *words) {
    unlink(in_folder("work.txt"));
    export_of("whole.db", words);
    return size_of("work.txt");
}

/* Starts the words with --run killed.db, and kills them after that many requests to the world. */
static void kill_at_work(const char *words, long requests) {
    char killed[1200], gate[32];
    int how;
    snprintf(killed, sizeof killed, "%s --run killed.db", words);
    write_file("gate.txt", gate, (size_t)snprintf(gate, sizeof gate, "%ld\n", requests));
    unlink(in_folder("work.txt"));
    pid_t child = start_cairn(NULL, killed);
    while (size_of("work.txt") < requests) {
        if (waitpid(child, &how, WNOHANG) == child) fail_msg("ended before it was killed");
        usleep(1000);
    }
    kill(child, SIGKILL);
    assert_int_equal(wait_for(child), 128 + SIGKILL);
    unlink(in_folder("gate.txt"));
}

/* Problems of killed.db that are done. */
static long done(void) {
    json_t *runs = parsed(cairn("run list . --json"));
    long n = -1;
    for (size_t i = 0; i < json_array_size(runs); i++) {
        const json_t *run = json_array_get(runs, i);
        if (strstr(json_string_value(json_object_get(run, "run")), "killed.db"))
            n = (long)json_integer_value(json_object_get(run, "done"));
    }
    json_decref(runs);
    return n;
}

static void expect_same_export(void) {
    expect_ok(cairn("run export killed.db --out killed.db.jsonl"));
    expect_same_files("whole.db.jsonl", "killed.db.jsonl");
}

static void test_a_killed_run_in_a_programs_world_is_shown_then_resumed_to_the_same_bytes(void **state) {
    (void)state;
    const char *words = words_of("");
    long all = whole(words);
    for (int share = 1; share <= 4; share++) {
        kill_at_work(words, all * share / 5);
        long starts = size_of("starts.txt"), before = done();
        if (share > 1) assert_in_range(before, 1, COUNT - 1);
        outcome *o = cairn("run resume killed.db");
        assert_int_equal(o->status, 2);
        assert_non_null(strstr(o->error, "killed.db would start programs:\n"));
        assert_non_null(strstr(o->error, "  world    exec:command=exec " SELF " play world,low=-2,reward_low=-1\n"));
        assert_non_null(strstr(o->error, "  policy   exec:" SELF " play policy\n"));
        assert_non_null(strstr(o->error, "resume with --allow-exec if you trust it"));
        assert_string_equal(o->out, "");
        assert_int_equal(size_of("starts.txt"), starts); /* nothing ran */
        assert_int_equal(done(), before);
        expect_ok(cairn("run resume killed.db --allow-exec --quiet --workers %d", 1 + share % 2));
        assert_int_equal(size_of("starts.txt"), starts + 2); /* world and policy */
        expect_same_export();
        forget("killed.db");
    }
    forget("whole.db");
    expect_nothing_left_beside("a world of a program");
}

/* Without further tries the run ends in a sentence that names the program, and loses nothing. */
static void test_a_program_that_goes_wrong_in_a_resumed_run_is_named_and_loses_nothing(void **state) {
    (void)state;
    static const struct {
        const char *way, *said;
    } ways[] = {{"exits", "status 3"},     {"dies", "signal 9"},      {"hangs", "no reply for 4 s"},
                {"rubbish", "not JSON"},   {"half", "status 0"},      {"huge", "line over 16777216 bytes"},
                {"rich", "a reward of 7"}, {"odd", "expected reason"}};
    const char *words = words_of(",retries=0,timeout=4");
    long all = whole(words);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        kill_at_work(words, all / 2);
        long before = done();
        write_file("way.txt", ways[i].way, strlen(ways[i].way));
        expect_one_sentence(cairn("run resume killed.db --allow-exec --quiet"), ways[i].way, WORDS(ways[i].said));
        unlink(in_folder("way.txt"));
        assert_true(done() >= before);
        expect_ok(cairn("run resume killed.db --allow-exec --quiet"));
        expect_same_export();
        forget("killed.db");
    }
    forget("whole.db");
}

/* With further tries the resumed run goes through to its end: a process that ends is started anew, which gives it two
 * good steps. */
static void test_a_program_that_keeps_dying_in_a_resumed_run_is_started_again(void **state) {
    (void)state;
    const char *words = words_of(",retries=1000,timeout=4");
    kill_at_work(words, whole(words) / 2);
    write_file("way.txt", "exits", 5);
    outcome *o = cairn("run resume killed.db --allow-exec --quiet");
    unlink(in_folder("way.txt"));
    expect_ok(o);
    expect_same_export();
    forget("killed.db");
    forget("whole.db");
}

/* A run is of one program: which it was stands in the manifest. */
static void test_a_run_is_not_resumed_with_a_changed_world(void **state) {
    (void)state;
    char script[512];
    size_t n = (size_t)snprintf(script, sizeof script, "exec %s play world\n", SELF);
    write_file("world.sh", script, n);
    expect_ok(cairn("solve --world 'exec:command=sh world.sh,low=-2,reward_low=-1' --policy 'exec:%s play policy' "
                    "--search majority --budget 10 -n 3 --quiet --run c.db",
                    SELF));
    expect_ok(cairn("run resume c.db --allow-exec --quiet"));
    script[n++] = '\n';
    write_file("world.sh", script, n);
    expect_one_sentence(cairn("run resume c.db --allow-exec --quiet"), "changed",
                        WORDS("c.db", "program changed", "world_key", "world.sh"));
    forget("c.db");
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "play") == 0) return answer_all(strcmp(argv[2], "world") == 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_killed_run_in_a_programs_world_is_shown_then_resumed_to_the_same_bytes),
        cmocka_unit_test(test_a_program_that_goes_wrong_in_a_resumed_run_is_named_and_loses_nothing),
        cmocka_unit_test(test_a_program_that_keeps_dying_in_a_resumed_run_is_started_again),
        cmocka_unit_test(test_a_run_is_not_resumed_with_a_changed_world),
    };
    return cmocka_run_group_tests_name("exec world", tests, make_folder, remove_folder);
}
