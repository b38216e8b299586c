/* Programs behind exec: that die, fall silent or say what is no answer: one sentence that names the program, exit
 * status 2, and what was recorded before stands. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_programs"
#include "cli_runs.h"

enum { GOOD_ANSWERS = 3 }; /* before a program goes wrong */

/* ---- the program --------------------------------------------------------------------------------------------------- */

static void say(const char *format, long long id) {
    printf(format, id);
    printf("\n");
    fflush(stdout);
}

/* Goes wrong in the way of that name; false: there is none. */
static bool go_wrong(const char *way, long long id) {
    static const struct {
        const char *way, *line;
    } lines[] = {
        {"garbage", "what? %lld"},
        {"half", "{\"id\":%lld,"},
        {"array", "[%lld]"},
        {"no-id", "{\"text\":\"a\",\"score\":0.5,\"was\":%lld}"},
        {"text-id", "{\"id\":\"%lld\",\"text\":\"a\",\"score\":0.5}"},
        {"other-id", "{\"id\":9%lld99,\"text\":\"a\",\"score\":0.5}"},
        {"negative-id", "{\"id\":-%lld,\"text\":\"a\",\"score\":0.5}"},
        {"huge-id", "{\"id\":%lld00000000000000000000,\"text\":\"a\",\"score\":0.5}"},
        {"nothing-in-it", "{\"id\":%lld}"},
        {"nan", "{\"id\":%lld,\"text\":\"a\",\"score\":NaN,\"logp\":NaN}"},
        {"infinite", "{\"id\":%lld,\"text\":\"a\",\"score\":1e999,\"logp\":-1e999}"},
        {"out-of-range", "{\"id\":%lld,\"text\":\"a\",\"score\":1.5,\"logp\":0.5}"},
        {"wrong-type", "{\"id\":%lld,\"text\":[1],\"score\":\"0.5\"}"},
        {"empty", "{\"id\":%lld,\"text\":\"\",\"score\":{}}"},
        {"twice-a-key", "{\"id\":%lld,\"text\":\"a\",\"text\":\"b\",\"score\":0.5,\"score\":0.6}"},
        {"not-utf8", "{\"id\":%lld,\"text\":\"\xff\",\"score\":0.5,\"evidence\":\"\xff\"}"},
        {"nul", "{\"id\":%lld,\"text\":\"a\\u0000b\",\"score\":0.5}"},
        {"refuses", "{\"id\":%lld,\"error\":\"no such model\"}"},
        {"refuses-by-number", "{\"id\":%lld,\"error\":7}"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strcmp(way, lines[i].way) == 0) return say(lines[i].line, id), true;
    if (strcmp(way, "silent") == 0) sleep(60);
    if (strcmp(way, "exits") == 0) exit(3);
    if (strcmp(way, "dies") == 0) raise(SIGKILL);
    if (strcmp(way, "says-why") == 0) fprintf(stderr, "cannot find the model\n"), exit(3);
    if (strcmp(way, "closes") == 0) close(STDOUT_FILENO), sleep(60);
    if (strcmp(way, "floods") != 0) return false;
    for (int i = 0; i < 20 << 20; i++) putchar('x');
    exit(0);
}

/* Answers some requests, one at a time, and then goes wrong. */
static int misbehave(const char *way, const char *kind, int good) {
    static char line[1 << 16];
    for (int n = 0; fgets(line, sizeof line, stdin); n++) {
        long long id = 0;
        if (sscanf(line, "{\"id\":%lld", &id) != 1) return 5;
        if (n < good) {
            char *reply = reply_to(line, kind, NULL);
            puts(reply);
            fflush(stdout);
            free(reply);
        } else if (!go_wrong(way, id)) {
            return 6;
        }
    }
    return 0;
}

/* ---- what is said -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *way, *policy_word, *reward_word;
} ways[] = {
    {"garbage", "not JSON", "not JSON"},
    {"half", "not JSON", "not JSON"},
    {"array", "`id`", "`id`"},
    {"no-id", "`id`", "`id`"},
    {"text-id", "`id`", "`id`"},
    {"other-id", "`id`", "`id`"},
    {"negative-id", "`id`", "`id`"},
    {"huge-id", "`id`", "`id`"},
    {"nothing-in-it", "`text`", "`score`"},
    {"nan", "`score`", "`score`"}, /* no JSON at that field */
    {"infinite", "`score`", "`score`"},
    {"out-of-range", "`logp`", "`score`"},
    {"wrong-type", "`text`", "`score`"},
    {"empty", "`text`", "`score`"},
    {"twice-a-key", "`text`", "`text`"},
    {"not-utf8", "`text`", "`text`"},
    {"nul", "`text`", "`text`"},
    {"refuses", "no such model", "no such model"},
    {"refuses-by-number", "`error`", "`error`"},
    {"silent", "no reply for 0.4 s", "no reply for 0.4 s"},
    {"exits", "status 3", "status 3"},
    {"dies", "signal 9", "signal 9"},
    {"closes", "closed its output", "closed its output"},
    {"floods", "line over 16777216 bytes", "line over 16777216 bytes"},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* Words with the misbehaving program in the place of policy or reward. */
static const char *words_of(const char *way, bool reward, const char *more) {
    static char words[2048];
    const char *kind = reward ? "reward" : "policy", *other = reward ? "policy" : "reward";
    snprintf(words, sizeof words,
             "solve --world gsm8k --problems words.jsonl -n 20 --workers 2 --in-flight 3 --budget 12 "
             "--search beam:branch=2 --%s 'exec:command=exec " SELF
             " misbehave %s %s,retries=0,timeout=%s' --%s 'exec:" SELF " answer %s 0' %s",
             kind, way, kind, strcmp(way, "silent") == 0 ? "0.4" : "20", other, other, more);
    return words;
}

static void expect_named(const char *way, bool reward, const char *word) {
    char name[64];
    snprintf(name, sizeof name, "%s as %s", way, reward ? "reward" : "policy");
    expect_one_sentence(cairn("%s", words_of(way, reward, "")), name, WORDS("test_cli_programs", word));
}

static void test_a_policy_that_goes_wrong_is_named_with_what_it_did(void **state) {
    (void)state;
    write_problems();
    for (int i = 0; i < WAYS; i++) expect_named(ways[i].way, false, ways[i].policy_word);
}

static void test_a_reward_that_goes_wrong_is_named_with_what_it_did(void **state) {
    (void)state;
    write_problems();
    for (int i = 0; i < WAYS; i++) expect_named(ways[i].way, true, ways[i].reward_word);
}

static void test_what_a_program_said_last_is_passed_on(void **state) {
    (void)state;
    write_problems();
    outcome *o = cairn("%s", words_of("says-why", false, ""));
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "exited with status 3: cannot find the model\n"));
}

static void test_programs_that_cannot_be_started_are_named(void **state) {
    (void)state;
    const char *words = "solve -n 3 --budget 12 --workers 1 --search majority --policy";
    outcome *o = cairn("%s exec:/no/such/program", words);
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "/no/such/program"));
    expect_one_sentence(cairn("%s exec:true", words), "true", WORDS("`true`", "status 0"));
    o = cairn("%s exec:command=yes,retries=0", words);
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "\ncairn: "));
    assert_non_null(strstr(strstr(o->error, "\ncairn: "), "not JSON"));
    expect_one_sentence(cairn("%s 'exec:command=exec sleep 60,timeout=0.3,retries=0'", words), "sleep",
                        WORDS("sleep 60", "no reply for 0.3 s"));
}

static void test_files_of_solutions_are_refused_with_their_judge(void **state) {
    (void)state;
    static const char *const verbs[] = {"score words.jsonl --out made.jsonl", "eval mistakes words.jsonl",
                                        "eval answers words.jsonl"};
    write_problems();
    for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++)
        for (int i = 0; i < WAYS; i++) {
            if (strcmp(ways[i].way, "silent") == 0 || strcmp(ways[i].way, "closes") == 0)
                continue; /* slow: said above */
            char words[512];
            snprintf(words, sizeof words, "%s --reward 'exec:command=exec " SELF " misbehave %s reward,retries=0'",
                     verbs[v], ways[i].way);
            expect_one_sentence(cairn("%s", words), words, WORDS("test_cli_programs", ways[i].reward_word));
            assert_false(is_there("made.jsonl"));
        }
    expect_nothing_left_beside("a judge that goes wrong");
}

/* ---- nothing lost --------------------------------------------------------------------------------------------------- */

/* A program that dies now and then: the run goes on where it was, to the bytes of an undisturbed one. */
static void test_a_run_whose_program_dies_goes_on(void **state) {
    (void)state;
    char words[2048];
    write_problems();
    snprintf(words, sizeof words,
             "solve --world gsm8k --problems words.jsonl -n 40 --workers 1 --search majority:width=1 --run dying.db "
             "--policy 'exec:command=" SELF " misbehave exits policy 60,retries=0'");
    int tries = 1;
    outcome *o = cairn("%s", words);
    for (; o->status == 2; tries++) {
        if (!strstr(o->error, "closed its output")) fail_msg("%s", o->error);
        assert_true(tries < 60);
        o = cairn("run resume dying.db --allow-exec --workers 1 --in-flight 1");
    }
    assert_int_equal(o->status, 0);
    assert_true(tries > 2);
    json_t *runs = parsed(cairn("run list --json"));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(runs, 0), "done")), 40);
    json_decref(runs);
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
    if (argc > 3 && strcmp(argv[1], "misbehave") == 0)
        return misbehave(argv[2], argv[3], argc > 4 ? atoi(argv[4]) : GOOD_ANSWERS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_policy_that_goes_wrong_is_named_with_what_it_did),
        cmocka_unit_test(test_a_reward_that_goes_wrong_is_named_with_what_it_did),
        cmocka_unit_test(test_what_a_program_said_last_is_passed_on),
        cmocka_unit_test(test_programs_that_cannot_be_started_are_named),
        cmocka_unit_test(test_files_of_solutions_are_refused_with_their_judge),
        cmocka_unit_test(test_a_run_whose_program_dies_goes_on),
    };
    return cmocka_run_group_tests_name("programs", tests, make_folder, remove_folder);
}
