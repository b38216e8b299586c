/* What something will need of memory, as people and programs read it. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static void print_part(const char *name, size_t bytes, const char *help) {
    printf("  %-16s %10.1f MB  %s\n", name, (double)bytes / 1e6, help);
}

void cli_print_memory(const cli *c, const cairn_memory_plan *plan) {
    for (int32_t i = 0; i < plan->count; i++)
        if (plan->parts[i].bytes) print_part(plan->parts[i].name, plan->parts[i].bytes, plan->parts[i].help);
    if (plan->reading > cairn_memory_sum(plan))
        print_part("while reading", plan->reading, "more than all of it together, for a while");
    printf("%s", cli_paint_code(c, CLI_BOLD));
    print_part("total", plan->total, "at most");
    printf("%s", cli_paint_code(c, CLI_PLAIN));
}

void cli_json_memory(cli_json *j, const char *key, const cairn_memory_plan *plan) {
    cli_json_open(j, key, '{');
    cli_json_open(j, "parts", '{');
    for (int32_t i = 0; i < plan->count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", plan->parts[i].name);
        for (char *blank; (blank = strchr(name, ' '));) *blank = '_';
        cli_json_int(j, name, (int64_t)plan->parts[i].bytes);
    }
    cli_json_close(j, '}');
    cli_json_int(j, "reading", (int64_t)plan->reading);
    cli_json_int(j, "total", (int64_t)plan->total);
    cli_json_close(j, '}');
}

cairn_status cli_show_memory(cli *c, const job_options *options, int64_t problems, int32_t workers,
                             const cairn_memory_plan *plan) {
    char n[32];
    cli_json j;
    if (!options->json) {
        printf("%s problems, %d worker%s\n", cli_count(problems, n), (int)workers, workers == 1 ? "" : "s");
        cli_print_memory(c, plan);
        return CAIRN_OK;
    }
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "problems", problems);
    cli_json_int(&j, "workers", workers);
    cli_json_memory(&j, "memory", plan);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}
