/* A critic that writes: its verdict's probability by hand, what becomes of verdicts that cannot be read, hostile
 * output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "follow_model.h"
#include "reward_fixture.h"
#include "tiny_model.h"

static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24", "so the answer is 24"};
static char path[64], template_path[] = "/tmp/cairn-template-XXXXXX";

static fixture *open_critic(const char *options) {
    char spec[256];
    snprintf(spec, sizeof spec, "critic:file=%s%s", path, options);
    return open_fixture("chain:steps=4", NULL, spec);
}

/* The reply to one step of a fixed problem by a model that is written here. */
typedef struct reply {
    double score;
    char code[32], evidence[400];
    cairn_status status;
    cairn_reward_cost cost;
} reply;

static reply reply_of(fixture *f, const char *problem_text) {
    cairn_problem problem = {.id = "p", .key = 1, .text = problem_text};
    cairn_scoring q = {.problem = &problem, .steps = steps, .n_steps = 1, .path = 3, .seed = 4};
    reply r = {0};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, &r.cost), CAIRN_OK);
    r.status = q.status;
    r.score = q.score;
    snprintf(r.code, sizeof r.code, "%s", q.code);
    snprintf(r.evidence, sizeof r.evidence, "%s", q.evidence);
    return r;
}

static reply say(void (*make)(follow_model *m), int32_t context, const char *options) {
    cairn_ctx *ctx;
    snprintf(path, sizeof path, "/tmp/cairn-hand-XXXXXX");
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    follow_model m = open_follow_model(ctx, context);
    make(&m);
    write_follow_model(&m, path);
    cairn_ctx_close(ctx);
    fixture *f = open_critic(options);
    reply r = reply_of(f, "?");
    close_fixture(f);
    unlink(path);
    return r;
}

/* Of the one layer of follow_model.h: D 264, Dkv 132, F 16; 2 FLOPs a number of a matrix, 4 D a key that is read. */
static double rows_flops(int64_t from, int64_t to, bool logits) {
    double sum = 0;
    for (int64_t i = from; i < to; i++)
        sum += 2.0 * (2 * 264 * 264 + 2 * 132 * 264 + 3 * 16 * 264) + 4.0 * 264 * (double)(i + 1) +
               (logits ? 2.0 * FOLLOW_TOKENS * 264 : 0);
    return sum;
}

/* ---- the verdict ----------------------------------------------------------------------------------------------------------------- */

static void test_the_score_is_yes_against_no_behind_the_critique(void **state) {
    (void)state;
    reply r = say(follow_critic, 512, "");
    assert_near(r.score, 0.75, 1e-6); /* yes 3/4, no 1/4 */
    assert_string_equal(r.code, "");
    assert_string_equal(r.evidence, "g");
    assert_int_equal(r.cost.calls, 1);
    /* <s> ?\n\nIs this step right? 19 + 8 = 27 <sep>, generated g<step>yes</s>, then again that prompt with g<step>
     * before yes and no */
    int64_t prompt = 2 + (int64_t)strlen("?\n\nIs this step right? 19 + 8 = 27");
    assert_int_equal(r.cost.tokens, prompt + 6 + prompt + 2 + 3 + 2);
    /* the prompt and g<step> are computed once; behind them, each with its logits, the rows that yes and no follow, and
     * end in */
    assert_near(r.cost.flops / (rows_flops(0, prompt - 1, false) + rows_flops(prompt - 1, prompt + 5, true) +
                                rows_flops(prompt + 1, prompt + 2, true) + rows_flops(prompt + 2, prompt + 4, true) +
                                rows_flops(prompt + 2, prompt + 3, true)),
                1, 1e-12);
    /* whatever verdicts are drawn, they are not what is read */
    r = say(follow_critic, 512, ",samples=8,temperature=1");
    assert_near(r.score, 0.75, 1e-6);
    /* without a critique: y and n are as likely behind <sep> as anything but g; then e s, and o, are certain */
    r = say(follow_critic, 512, ",max_tokens=0");
    assert_near(r.score, 0.5, 1e-6);
    assert_string_equal(r.code, "");
}

static void test_words_and_what_stands_before_them_are_options(void **state) {
    (void)state;
    /* behind <step> stands n with 1/4, then o; behind "no" "w" is as unlikely as "x" */
    reply r = say(follow_critic, 512, ",yes=o,no=x,before=n");
    assert_near(r.score, 1, 1e-6);
    r = say(follow_critic, 512, ",yes=n,no=y");
    assert_near(r.score, 0.25, 1e-6);
}

static void says_maybe(follow_model *m) {
    FOLLOW_ALL(m, SEP, 'g', STEP_END, 'm', 'a', 'b', END);
    follow(m, STEP_END, 'y', 40 + log(3));
    follow(m, STEP_END, 'n', 40);
    follow(m, 'b', 'y', 40 + log(3));
    follow(m, 'b', 'n', 40);
    FOLLOW_ALL(m, 'y', 'e', 's');
    FOLLOW_ALL(m, 'n', 'o', END);
}

static void says_not_right(follow_model *m) { /* "not. yes" and "no." */
    FOLLOW_ALL(m, SEP, 'N', 'O', '.', END);
}

static void test_the_text_can_be_read_instead(void **state) {
    (void)state;
    reply r = say(follow_critic, 512, ",verdict=text");
    assert_true(r.score == 1);
    assert_string_equal(r.evidence, "g");
    r = say(says_not_right, 512, ",verdict=text"); /* in letters of any case, past a full stop */
    assert_true(r.score == 0);
    r = say(says_maybe, 512, ",verdict=text,yes=mab,no=xmab");
    assert_true(r.score == 1);
    r = say(says_maybe, 512, ",verdict=text,yes=ab,no=xab"); /* the end of a word is not a word */
    assert_true(isnan(r.score));
}

/* The share of yes among 400 drawn verdicts is 3/4: 4 standard deviations are 0.087. */
static void test_a_verdict_that_is_read_is_drawn(void **state) {
    (void)state;
    reply r = say(follow_critic, 512, ",verdict=text,samples=400,temperature=1");
    assert_near(r.score, 0.75, 0.087);
    assert_true(r.score < 1);
}

/* ---- what cannot be read ------------------------------------------------------------------------------------------------------- */

static void assert_unreadable(void (*make)(follow_model *), int32_t context, const char *options, const char *said) {
    static const char *const policies[] = {"", ",unreadable=unknown", ",unreadable=wrong", ",unreadable=half"};
    static const double wanted[] = {NAN, NAN, 0, 0.5};
    for (int i = 0; i < 4; i++) {
        char all[128];
        snprintf(all, sizeof all, "%s%s", options, policies[i]);
        reply r = say(make, context, all);
        assert_int_equal(r.status, CAIRN_OK);
        assert_string_equal(r.code, "unreadable");
        assert_non_null(strstr(r.evidence, said));
        assert_true(isnan(wanted[i]) ? isnan(r.score) : r.score == wanted[i]);
    }
}

static void never_ends(follow_model *m) {
    FOLLOW_ALL(m, SEP, 'g', 'g');
}

static void fills_the_context(follow_model *m) { /* <sep> g h i </s> */
    FOLLOW_ALL(m, SEP, 'g', 'h', 'i', END);
}

static void test_an_unreadable_verdict_is_what_the_option_says(void **state) {
    (void)state;
    assert_unreadable(follow_critic, 512, ",max_tokens=2",
                      "1 of 1 critiques without a readable verdict, 1 of them cut off: g");
    assert_unreadable(says_maybe, 512, ",verdict=text",
                      "1 of 1 critiques without a readable verdict, 0 of them cut off");
    assert_unreadable(never_ends, 128, ",max_tokens=1000000", "1 of them cut off: ggg");
    /* the prompt has 36 tokens, the critique 4: with 42 the verdict's three words' letters do not fit behind g h i
     * <step> */
    assert_unreadable(fills_the_context, 42, "", "0 of them cut off: ghi");
    assert_unreadable(follow_critic, 20, "", "0 of them cut off: too long for a context of 20 tokens");
    assert_unreadable(follow_critic, 37, ",max_tokens=0",
                      "too long for a context of 37 tokens"); /* as prompt and words are */
}

static void test_a_verdict_that_was_not_said_is_forced_and_marked(void **state) {
    (void)state;
    reply r = say(says_maybe, 512, "");
    assert_near(r.score, 0.75, 1e-6);
    assert_string_equal(r.code, "forced");
    assert_string_equal(r.evidence, "g; mab");
}

/* Half of the critiques end, the others never do. */
static void ends_sometimes(follow_model *m) {
    follow_critic(m);
    FOLLOW_ALL(m, 'g', 'z', 'z');
}

static void test_of_several_critiques_those_that_can_be_read_count(void **state) {
    (void)state;
    int lost = 0, of = 0;
    reply r = say(ends_sometimes, 512, ",samples=64,temperature=1,max_tokens=20");
    assert_string_equal(r.code, "partly-unreadable");
    assert_int_equal(sscanf(r.evidence, "%d of %d", &lost, &of), 2);
    assert_int_equal(of, 64);
    assert_in_range(lost, 16, 48); /* binomial(64, 1/2): 4 standard deviations */
    assert_near(r.score, 0.75, 1e-6);
    r = say(ends_sometimes, 512, ",samples=64,temperature=1,max_tokens=20,unreadable=wrong");
    assert_near(r.score, 0.75 * (64 - lost) / 64, 1e-6);
    r = say(ends_sometimes, 512, ",samples=64,temperature=1,max_tokens=20,unreadable=half");
    assert_near(r.score, (0.75 * (64 - lost) + 0.5 * lost) / 64, 1e-6);
}

static void says_rubbish(follow_model *m) { /* bytes that are no text, a NUL, then the verdict */
    follow_critic(m);
    follow(m, SEP, 'g', 0);
    FOLLOW_ALL(m, SEP, 0xff, 0x01, 0xc3, 'a', 0x00, 'b', STEP_END);
}

static void says_nothing(follow_model *m) {
    FOLLOW_ALL(m, SEP, END);
    follow(m, SEP, 'y', 40);
    follow(m, SEP, 'n', 40);
    FOLLOW_ALL(m, 'y', 'e', 's');
    FOLLOW_ALL(m, 'n', 'o');
}

static void test_hostile_output_is_only_text(void **state) {
    (void)state;
    reply r = say(says_rubbish, 512, "");
    assert_near(r.score, 0.75, 1e-6);
    assert_string_equal(r.evidence, "???a"); /* up to the NUL */
    r = say(says_nothing, 512, "");
    assert_near(r.score, 0.5, 1e-6);
    assert_string_equal(r.code, "forced");
    assert_string_equal(r.evidence, "");
    r = say(says_nothing, 512, ",verdict=text");
    assert_true(isnan(r.score));
}

/* ---- what it depends on ------------------------------------------------------------------------------------------------------------ */

static void test_scores_do_not_depend_on_what_is_scored_beside(void **state) {
    (void)state;
    snprintf(path, sizeof path, "/tmp/cairn-tiny-XXXXXX");
    cairn_ctx *ctx;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    write_tiny_model(ctx, path);
    cairn_ctx_close(ctx);
    fixture *f = open_critic(",samples=3,temperature=1,max_tokens=12,unreadable=half,rows=64");
    cairn_problem problems[2] = {make_problem(f, 1, 0), make_problem(f, 1, 1)};
    cairn_scoring many[12], alone;
    int different = 0;
    for (int i = 0; i < 12; i++)
        many[i] = (cairn_scoring){
            .problem = &problems[i % 2], .steps = steps, .n_steps = 1 + i % 3, .path = (uint64_t)(i / 6), .seed = 7};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, many, 12, NULL), CAIRN_OK);
    for (int i = 12; i-- > 0;) {
        alone = (cairn_scoring){
            .problem = many[i].problem, .steps = steps, .n_steps = many[i].n_steps, .path = many[i].path, .seed = 7};
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &alone, 1, NULL), CAIRN_OK);
        assert_int_equal(alone.status, CAIRN_OK);
        assert_memory_equal(&alone.score, &many[i].score, sizeof alone.score);
        assert_string_equal(alone.evidence, many[i].evidence);
        different += i >= 6 && strcmp(many[i].evidence, many[i - 6].evidence) != 0; /* another path, other draws */
    }
    assert_true(different >= 5);
    close_fixture(f);
    unlink(path);
}

/* ---- templates ----------------------------------------------------------------------------------------------------------------------- */

static void write_template(const char *text) {
    FILE *file = fopen(template_path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_the_critic_is_shown_problem_and_steps_up_to_the_judged_one(void **state) {
    (void)state;
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_template *t;
    cairn_text text = {0};
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_critic_template(ctx, arena, "", &t), CAIRN_OK);
    assert_int_equal(cairn_critic_prompt(ctx, t, "What?", steps, 3, &text), CAIRN_OK);
    assert_string_equal(text.data, "What?\n19 + 8 = 27\n27 - 3 = 24\nIs this step right? so the answer is 24");
    write_template("<{step}|{steps}|{problem}>\n");
    assert_int_equal(cairn_critic_template(ctx, arena, template_path, &t), CAIRN_OK);
    cairn_text_clear(&text);
    assert_int_equal(cairn_critic_prompt(ctx, t, "What?", steps, 1, &text), CAIRN_OK);
    assert_string_equal(text.data, "<19 + 8 = 27||What?>");
    assert_int_equal(cairn_critic_prompt(ctx, t, "What?", steps, 0, &text), CAIRN_INVALID);
    cairn_text_free(&text);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

static void test_a_template_of_ones_own_is_part_of_the_content(void **state) {
    (void)state;
    uint64_t content[3];
    char options[128];
    snprintf(path, sizeof path, "/tmp/cairn-tiny-XXXXXX");
    for (int i = 0; i < 3; i++) {
        fixture *f;
        if (i == 0) {
            cairn_ctx *ctx;
            assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
            write_tiny_model(ctx, path);
            cairn_ctx_close(ctx);
        }
        write_template(i == 1 ? "{step}!" : CAIRN_CRITIC_TEMPLATE "\n");
        snprintf(options, sizeof options, ",template=%s", template_path);
        f = open_critic(i == 0 ? "" : options);
        content[i] = f->reward.type->content(f->reward.self);
        close_fixture(f);
    }
    assert_true(content[0] != content[1]);
    assert_true(content[0] == content[2]);
    unlink(path);
}

static void test_options_that_make_no_sense_are_errors(void **state) {
    (void)state;
    static const struct {
        const char *options, *template, *said;
        cairn_status status;
    } cases[] = {
        {",template=%s", "{problem}\n{steps}\n", "{step}", CAIRN_FORMAT},
        {",template=%s", "{step}\n{answer}\n", ":2: there is no place {answer}", CAIRN_FORMAT},
        {",template=%s.none", "", "no such file", CAIRN_NOT_FOUND},
        {",yes=right,no=Right", "", "both", CAIRN_INVALID},
        {",no=", "", "empty", CAIRN_INVALID},
        {",samples=4", "", "temperature", CAIRN_INVALID},
        {",max_tokens=0,verdict=text", "", "verdict=text", CAIRN_INVALID},
        {",unreadable=maybe", "", "maybe", CAIRN_INVALID},
    };
    fixture *f = open_fixture("chain:steps=4", NULL, "exact:what=step");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char options[128], spec[256];
        cairn_reward reward;
        write_template(cases[i].template);
        snprintf(options, sizeof options, cases[i].options, template_path);
        snprintf(spec, sizeof spec, "critic:file=/no/model.gguf%s", options);
        assert_int_equal(cairn_reward_open(f->ctx, f->arena, spec, &f->world, NULL, &reward), cases[i].status);
        if (!strstr(cairn_error(f->ctx), cases[i].said)) fail_msg("%s", cairn_error(f->ctx));
    }
    close_fixture(f);
}

static int make_template(void **state) {
    (void)state;
    int file = mkstemp(template_path);
    return file < 0 || close(file);
}

static int remove_template(void **state) {
    (void)state;
    return unlink(template_path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_score_is_yes_against_no_behind_the_critique),
        cmocka_unit_test(test_words_and_what_stands_before_them_are_options),
        cmocka_unit_test(test_the_text_can_be_read_instead),
        cmocka_unit_test(test_a_verdict_that_is_read_is_drawn),
        cmocka_unit_test(test_an_unreadable_verdict_is_what_the_option_says),
        cmocka_unit_test(test_a_verdict_that_was_not_said_is_forced_and_marked),
        cmocka_unit_test(test_of_several_critiques_those_that_can_be_read_count),
        cmocka_unit_test(test_hostile_output_is_only_text),
        cmocka_unit_test(test_scores_do_not_depend_on_what_is_scored_beside),
        cmocka_unit_test(test_the_critic_is_shown_problem_and_steps_up_to_the_judged_one),
        cmocka_unit_test(test_a_template_of_ones_own_is_part_of_the_content),
        cmocka_unit_test(test_options_that_make_no_sense_are_errors),
    };
    return cmocka_run_group_tests_name("reward critic", tests, make_template, remove_template);
}
