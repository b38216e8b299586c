/* What a benchmark measures: `cairn eval NAME --explain`. */
#include <stdio.h>
#include <string.h>

#include "cli/eval_bench.h"

static cairn_status print_wrapped(cli *c, const char *text, int indent) {
    cairn_text out = {0};
    cairn_status status = cli_wrap(c, text, indent, CLI_PLAIN, 0, 0, &out);
    if (status == CAIRN_OK) printf("%s\n", out.data ? out.data : "");
    cairn_text_free(&out);
    return status;
}

/* Paragraphs are divided by blank lines. */
static cairn_status print_paragraphs(cli *c, const char *text) {
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        const char *paragraph = cairn_arena_copy(c->arena, text, length);
        if (!paragraph) return CAIRN_NO_MEMORY;
        CAIRN_TRY(print_wrapped(c, paragraph, 0));
        printf("\n");
        text += length + (end ? 2 : 0);
    }
    return CAIRN_OK;
}

static cairn_status print_meaning(cli *c, const char *name, const char *meaning) {
    printf("  %s%-24s%s ", cli_paint_code(c, CLI_BOLD), name, cli_paint_code(c, CLI_PLAIN));
    return print_wrapped(c, meaning, 27);
}

/* Prompts as they are, places in braces; two spaces before each line. */
static cairn_status print_questions(cli *c, const cairn_bench_type *bench) {
    if (bench->n_questions)
        printf("\n%squestions to a critic%s (--prompt takes the place of these prompts)\n", cli_paint_code(c, CLI_BOLD),
               cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < bench->n_questions; i++) {
        const cairn_bench_question *question = bench->questions[i];
        CAIRN_TRY(print_meaning(c, question->name, question->meaning));
        for (const char *line = question->template; *line;) {
            size_t length = strcspn(line, "\n");
            printf("%s%.*s\n", length ? "    | " : "    |", (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
    return CAIRN_OK;
}

cairn_status bench_explain(cli *c, const cairn_bench_type *bench) {
    const char *bold = cli_paint_code(c, CLI_BOLD), *plain = cli_paint_code(c, CLI_PLAIN);
    printf("%s%s%s  %s%s%s%s\n\n", bold, bench->about.name, plain, bench->about.summary,
           *bench->about.source ? "  [" : "", bench->about.source, *bench->about.source ? "]" : "");
    CAIRN_TRY(print_paragraphs(c, bench->explain));
    printf("%sfiles%s\n  ", bold, plain);
    CAIRN_TRY(print_wrapped(c, bench->files, 2));
    printf("\n%sfigures%s\n", bold, plain);
    for (int32_t f = 0; f < bench->n_figures; f++)
        CAIRN_TRY(print_meaning(c, bench->figures[f].name, bench->figures[f].meaning));
    if (bench->n_summaries) printf("\n%srows over several subsets%s\n", bold, plain);
    for (int32_t i = 0; i < bench->n_summaries; i++)
        CAIRN_TRY(print_meaning(c, bench->summaries[i].name, bench->summaries[i].meaning));
    CAIRN_TRY(print_questions(c, bench));
    if (bench->n_baselines) printf("\n%sjudges that need no mind%s\n ", bold, plain);
    for (int32_t b = 0; b < bench->n_baselines; b++) printf("%s %s", b ? "," : "", bench->baselines[b]);
    printf("%s", bench->n_baselines ? "\n" : "");
    return CAIRN_OK;
}
