/* The programs in examples/, against an endpoint that the test plays (mock_openai.py). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_examples"
#include "cli_runs.h"
#include "skip.h"

#define EXAMPLES CAIRN_SOURCE_DIR "/examples"

static bool has_python(void) {
    return system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null") == 0;
}

#define NEEDS_PYTHON()                         \
    do {                                       \
        if (!has_python()) {                   \
            skip_because("no python3 >= 3.8"); \
        }                                      \
    } while (0)

static pid_t start_endpoint(void) {
    unlink(in_folder("port"));
    unlink(in_folder("endpoint.log"));
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (chdir(scratch) == 0)
            execlp("python3", "python3", CAIRN_SOURCE_DIR "/tests/mock_openai.py", "port", "endpoint.log",
                   (char *)NULL);
        _exit(99);
    }
    for (int tries = 0; size_of("port") == 0 && tries < 3000; tries++) usleep(10000);
    if (size_of("port") == 0) fail_msg("the endpoint does not start");
    return child;
}

static void end_endpoint(pid_t child) {
    kill(child, SIGKILL);
    wait_for(child);
}

/* Solves twelve problems by the example, with these options. */
static outcome *solve(const char *model, const char *options) {
    char port[16], url[64];
    read_into(in_folder("port"), port, sizeof port);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/", atoi(port));
    setenv("OPENAI_BASE_URL", url, 1);
    setenv("OPENAI_API_KEY", "secret", 1);
    setenv("OPENAI_MODEL", model, 1);
    return cairn("solve --world gsm8k --problems words.jsonl -n 12 --search majority:width=4 --quiet --json "
                 "--policy 'exec:command=python3 " EXAMPLES "/policy_openai.py %s'",
                 options);
}

static int count_replies(const char *word, int *most_under_way) {
    char line[200];
    int n = 0;
    FILE *file = fopen(in_folder("endpoint.log"), "r");
    *most_under_way = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        n += strstr(line, word) != NULL;
        int now = atoi(strrchr(line, ' '));
        if (now > *most_under_way) *most_under_way = now;
    }
    fclose(file);
    return n;
}

/* 4 samples of 3 steps for 12 problems; samples of one problem that begin alike differ by their seeds. */
static void test_the_endpoint_policy_solves_in_each_of_its_modes(void **state) {
    (void)state;
    NEEDS_PYTHON();
    static const char *const modes[] = {"", "--prefill --logprobs", "--completions --logprobs"};
    write_problems();
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        pid_t endpoint = start_endpoint();
        json_t *o = parsed(solve("toy", modes[i]));
        assert_true(json_number_value(json_object_get(o, "steps")) == 12);
        assert_true(json_number_value(json_object_get(o, "tokens")) == 12 * 7);
        assert_true(json_integer_value(json_object_get(o, "unknown")) == 0);
        assert_true(json_integer_value(json_object_get(o, "right")) > 0);
        json_decref(o);
        int most;
        assert_int_equal(count_replies("completions 200 ", &most), 12 * 12);
        assert_true(most > 1);
        assert_true(count_replies(" 503 ", &most) > 0 && count_replies(" 429 ", &most) > 0);
        if (strstr(modes[i], "--completions")) assert_int_equal(count_replies("chat", &most), 0);
        end_endpoint(endpoint);
    }
}

static void test_the_endpoint_policy_says_what_the_endpoint_refuses(void **state) {
    (void)state;
    NEEDS_PYTHON();
    write_problems();
    pid_t endpoint = start_endpoint();
    outcome *o = solve("another", "");
    end_endpoint(endpoint);
    expect_one_sentence(o, "another model", WORDS("policy_openai.py", "HTTP 404", "no such model"));
    o = solve("toy", "--retries 0"); /* nobody listens there any more */
    expect_one_sentence(o, "no endpoint", WORDS("policy_openai.py", "/v1/chat/completions", "refused"));
}

/* Three critics: of the first two replies are known, the third is cut off and cannot be read. */
static void expect_criticism(outcome *o, int unreadable, int cut) {
    json_t *all = parsed(o), *critic = json_object_get(all, "critic");
    const json_t *sums = json_object_get(json_array_get(json_object_get(all, "rows"), 0), "sums");
    assert_true(json_number_value(json_object_get(sums, "located")) == 1);
    assert_true(json_number_value(json_object_get(sums, "accepted")) == 1);
    assert_int_equal(json_integer_value(json_object_get(critic, "unreadable")), unreadable);
    assert_int_equal(json_integer_value(json_object_get(critic, "cut")), cut);
    json_decref(all);
}

static void write_criticised(void) {
    static const char text[] =
        "{\"id\":\"a-0\",\"problem\":\"SAY so \\\\boxed{1}\",\"steps\":[\"x\",\"y\"],\"label\":1}\n"
        "{\"id\":\"a-1\",\"problem\":\"SAY \\\\boxed{-1}\",\"steps\":[\"x\",\"y\"],\"label\":-1}\n"
        "{\"id\":\"a-2\",\"problem\":\"SAY CUT\",\"steps\":[\"x\",\"y\"],\"label\":-1}\n";
    write_file("criticised.jsonl", text, sizeof text - 1);
}

static void test_the_endpoint_is_asked_as_a_critic(void **state) {
    (void)state;
    NEEDS_PYTHON();
    char port[16], url[64];
    write_criticised();
    pid_t endpoint = start_endpoint();
    read_into(in_folder("port"), port, sizeof port);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/", atoi(port));
    setenv("OPENAI_BASE_URL", url, 1);
    setenv("OPENAI_API_KEY", "secret", 1);
    setenv("OPENAI_MODEL", "toy", 1);
    outcome *o = cairn("eval processbench criticised.jsonl --quiet --json --critic 'exec:command=python3 " EXAMPLES
                       "/policy_openai.py'");
    end_endpoint(endpoint);
    expect_criticism(o, 1, 1);
}

static void test_a_command_is_asked_as_a_critic(void **state) {
    (void)state;
    if (system("jq --version >/dev/null 2>&1") != 0) skip_because("no jq");
    write_criticised();
    expect_criticism(cairn("eval processbench criticised.jsonl --quiet --json --critic \"exec:command=" EXAMPLES
                           "/critic.sh sed -n 's/^SAY //p',processes=2\""),
                     1, 0);
    outcome *o = cairn("eval processbench criticised.jsonl --quiet --critic 'exec:command=" EXAMPLES
                       "/critic.sh false,retries=0'");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "the command failed"));
}

static void write_solution(void) {
    static const char text[] = "{\"id\":\"a\",\"problem\":\"P\",\"final_answer_correct\":false,\"label\":1,"
                               "\"steps\":[\"1 + 1 = 2\",\"obviously 2 + 2 = 5\",\"#### 5\"]}\n";
    write_file("one.jsonl", text, sizeof text - 1);
}

static void test_the_transformers_reward_speaks_both_verbs(void **state) {
    (void)state;
    NEEDS_PYTHON();
    write_solution();
    for (int whole = 0; whole < 2; whole++) {
        expect_ok(cairn("score one.jsonl --quiet --out out.jsonl --reward 'exec:command=python3 " EXAMPLES
                        "/reward_transformers.py --mock,reads=%s'",
                        whole ? "solution" : "step"));
        char said[2000];
        read_into(in_folder("out.jsonl"), said, sizeof said);
        json_t *record = json_loads(said, 0, NULL), *scores = json_object_get(record, "step_scores");
        assert_int_equal(json_array_size(scores), 3);
        for (size_t i = 0; i < 3; i++) assert_true(json_number_value(json_array_get(scores, i)) == (i == 1 ? 0 : 1));
        json_decref(record);
    }
    outcome *o =
        cairn("score one.jsonl --quiet --reward 'exec:command=python3 " EXAMPLES "/reward_transformers.py,retries=0'");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "name a model, or give --mock"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_endpoint_policy_solves_in_each_of_its_modes),
        cmocka_unit_test(test_the_endpoint_policy_says_what_the_endpoint_refuses),
        cmocka_unit_test(test_the_endpoint_is_asked_as_a_critic),
        cmocka_unit_test(test_a_command_is_asked_as_a_critic),
        cmocka_unit_test(test_the_transformers_reward_speaks_both_verbs),
    };
    return cmocka_run_group_tests_name("examples", tests, make_folder, remove_folder);
}
