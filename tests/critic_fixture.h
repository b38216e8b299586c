/* Critics of benchmarks, played by sed and sh: a reply is what the prompt holds between << and >>, or which of the shown
 * answers begins with GOOD. */
#ifndef CAIRN_TESTS_CRITIC_FIXTURE_H
#define CAIRN_TESTS_CRITIC_FIXTURE_H

#include <sys/stat.h>

#include "bench_fixture.h"
#include "cairn/world.h"

#define REPLY "{\"id\":\\1,\"text\":\"\\2\"}/\n"
/* The last text between << and >> in the prompt, as JSON has it. */
#define ECHO_SED "s/.*\"id\":([0-9]+),.*<<(.*)>>.*/" REPLY
/* A rule: where the pattern stands in the prompt, the reply is `text`. */
#define RULE_SED(pattern, text) "s/.*\"id\":([0-9]+),.*" pattern ".*/{\"id\":\\1,\"text\":\"" text "\"}/\nt\n"
#define ANSWER_IS(letter, word) "start of " letter "'s answer\\]\\\\n" word

typedef struct critic {
    cairn_world world;
    cairn_policy policy;
} critic;

static inline void critic_open(fixture *f, critic *c, const char *command) {
    char spec[512];
    snprintf(spec, sizeof spec, "exec:command=%s,retries=1", command);
    ok(f, cairn_world_open(f->ctx, f->arena, "text", &c->world));
    ok(f, cairn_policy_open(f->ctx, f->arena, spec, &c->world, &c->policy));
}

static inline void critic_close(critic *c) {
    cairn_policy_close(&c->policy);
    cairn_world_close(&c->world);
}

static inline cairn_status critic_ask(fixture *f, const char *command, cairn_bench_critic how,
                                      cairn_bench_criticism *out) {
    critic c;
    critic_open(f, &c, command);
    how.policy = &c.policy;
    if (how.votes == 0) how.votes = 1;
    how.sampling.max_tokens = 100;
    cairn_status status = cairn_bench_ask_critic(f->run, &how, out);
    critic_close(&c);
    return status;
}

/* Asks a sed script about the run's items, and measures them. */
static inline cairn_bench_criticism ask_sed(fixture *f, const char *script) {
    static int number; /* a command runs once in a context: equal ones share a process */
    char command[256], name[32];
    cairn_bench_criticism said;
    snprintf(name, sizeof name, "critic%d.sed", number++);
    snprintf(command, sizeof command, "sed -u -E -f %s", text_file(f, name, script));
    ok(f, critic_ask(f, command, (cairn_bench_critic){.seed = 1}, &said));
    bench_measure(f, false);
    return said;
}

/* Writes a program of the folder: a shell that has $id and $line of each request, and its number $n from 1. */
static inline const char *shell_critic(fixture *f, const char *body) {
    static int number;
    char text[1024], name[32];
    snprintf(name, sizeof name, "critic%d.sh", number++);
    snprintf(
        text, sizeof text,
        "#!/bin/sh\nn=0\nwhile read -r line; do\nid=${line#*'\"id\":'}; id=${id%%%%[,\\}]*}; n=$((n+1))\n%s\ndone\n",
        body);
    const char *path = text_file(f, name, text);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}
#define SAYS(text) "printf '%s\\n' \"{\\\"id\\\":$id,\\\"text\\\":\\\"" text "\\\"}\""

#endif
