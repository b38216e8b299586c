/* cairn doctor: what this machine and this build are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cairn/label.h"
#include "cairn/recipe.h"
#include "cairn/store.h"
#include "cairn/tensor.h"
#include "cli/verbs.h"

typedef struct doctor_config {
    const char *data;
    bool json;
} doctor_config;

static const cairn_option options[] = {
    CAIRN_TEXT(doctor_config, data, "", "", "Folder of the shared test data; empty: $CAIRN_DATA, else ../shared/data."),
    CAIRN_BOOL(doctor_config, json, "false", "Result as one JSON object."),
};

/* First line of a file after `key`, e.g. "model name" in /proc/cpuinfo; in the arena. */
static const char *proc_value(cli *c, const char *path, const char *key) {
    char line[512];
    FILE *file = fopen(path, "r");
    const char *value = "unknown";
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) != 0) continue;
        char *colon = strchr(line, ':');
        if (!colon) continue;
        colon += 1 + strspn(colon + 1, " \t");
        const char *copy = cairn_arena_copy(c->arena, colon, strcspn(colon, "\n"));
        if (copy) value = copy;
        break;
    }
    if (file) fclose(file);
    return value;
}

static int count_of(const void *const *list) {
    int n = 0;
    while (list[n]) n++;
    return n;
}

static const char *registered(cli *c) {
    return cairn_arena_printf(
        c->arena, "%d worlds, %d policies, %d rewards, %d searches, %d labellers (cairn help)",
        count_of((const void *const *)cairn_worlds()), count_of((const void *const *)cairn_policies()),
        count_of((const void *const *)cairn_rewards()), count_of((const void *const *)cairn_searches()),
        count_of((const void *const *)cairn_labellers()));
}

/* "23.5 GiB" of "24684092 kB". */
static const char *memory(cli *c) {
    const char *text = proc_value(c, "/proc/meminfo", "MemTotal");
    int64_t kilobytes;
    if (cairn_parse_int(text, strcspn(text, " "), &kilobytes) != CAIRN_OK) return text;
    return cairn_arena_printf(c->arena, "%.1f GiB", (double)kilobytes / (1 << 20));
}

/* `j` NULL: for people. */
static void print_row(cli_json *j, const char *key, const char *value) {
    if (j)
        cli_json_text(j, key, value);
    else
        printf("  %-16s %s\n", key, value ? value : "(no memory)");
}

/* What multiplies matrices here, and whether it keeps the rule that results rest on. */
static const char *products(cli *c, cairn_device *device) {
    double worst;
    if (cairn_device_self_test(device, 1, &worst) != CAIRN_OK) return cairn_error(c->ctx);
    return cairn_arena_printf(c->arena, "%s kernels, bf16 %s; rows do not depend on the batch (self-test passed)",
                              cairn_device_kernels(device),
                              cairn_device_has_bf16(device) ? "multiplied in pairs" : "widened to f32 as it is used");
}

/* The variable that lowers the instruction set. */
static const char *kernels_asked(cli *c) {
    const char *asked = getenv("CAIRN_KERNELS");
    if (!asked || !*asked) return "not set: the fastest kernels of this processor run";
    return cairn_arena_printf(c->arena, "%s; the processor has %s", asked, cairn_processor_set());
}

static void print_rows(cli *c, const char *data, bool has_data, const struct utsname *system, cairn_device *device,
                       cli_json *j) {
    print_row(j, "cairn", CAIRN_VERSION);
    print_row(j, "system", cairn_arena_printf(c->arena, "%s %s %s", system->sysname, system->release, system->machine));
    print_row(j, "processor", cli_processor(c));
    print_row(j, "threads", cairn_arena_printf(c->arena, "%d", cairn_device_threads(device)));
    print_row(j, "instruction set", cairn_instruction_set());
    print_row(j, "CAIRN_KERNELS", kernels_asked(c));
    print_row(j, "products", products(c, device));
    print_row(j, "memory", memory(c));
    print_row(j, "libraries", cairn_library_versions(c->arena));
    print_row(j, "registered", registered(c));
    print_row(j, "shared data",
              has_data ? data
                       : cairn_arena_printf(c->arena,
                                            "absent: no folder %s (--data or $CAIRN_DATA names another); what "
                                            "needs it is skipped and says so",
                                            data));
}

const char *cli_processor(cli *c) {
    return proc_value(c, "/proc/cpuinfo", "model name");
}

static cairn_status print_json(cli *c, const char *data, bool has_data, const struct utsname *system,
                               cairn_device *device) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    print_rows(c, data, has_data, system, device, &j);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const doctor_config *config = options_;
    struct utsname system;
    struct stat info;
    if (uname(&system) != 0) return cairn_fail(c->ctx, CAIRN_IO, "cannot ask for the system's name");
    const char *data = *config->data ? config->data : cairn_shared_data();
    bool has_data = stat(data, &info) == 0 && S_ISDIR(info.st_mode);
    cairn_device *device;
    CAIRN_TRY(cairn_device_open(c->ctx, 0, CAIRN_MATMUL_FASTEST, &device));
    cairn_status status = config->json ? print_json(c, data, has_data, &system, device) : CAIRN_OK;
    if (!config->json) print_rows(c, data, has_data, &system, device, NULL);
    cairn_device_close(device);
    return status;
}

const cli_verb verb_doctor = {
    .about = {.name = "doctor",
              .summary = "Say what this machine, build and data folder are.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(doctor_config)},
    .arguments = "",
    .examples = "  cairn doctor\n  cairn doctor --json\n",
    .run = run,
};
