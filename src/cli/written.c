/* What is said of a file of records that was written. */
#include "cli/written.h"

#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

double written_right_from(const written_options *options) {
    return options->right_from > 0 ? options->right_from : DBL_TRUE_MIN;
}

cairn_write_options written_setup(const written_options *options, bool skip_bad) {
    return (cairn_write_options){.format = cairn_written_format(options->format),
                                 .labels = (cairn_label_kind)options->labels,
                                 .right_from = written_right_from(options),
                                 .fill = options->fill,
                                 .skip_bad = skip_bad};
}

const char *written_name(cli *c, const written_options *options, const char *path) {
    const char *format = cairn_format_name(cairn_written_format(options->format));
    const char *name = cairn_arena_printf(c->arena, "%s (%s)", cli_safe(c, path), format);
    return name ? name : path;
}

cairn_status written_warn(cli *c, const cairn_writer *writer) {
    cairn_text text = {0};
    cairn_status status = cairn_writer_losses(writer, &text);
    if (status == CAIRN_OK && text.length > 0) cairn_log(c->ctx, CAIRN_LOG_WARN, "%s", text.data);
    cairn_text_free(&text);
    return status;
}

void written_json(cli_json *j, const cairn_write_counts *counts) {
    cli_json_int(j, "written", counts->records);
    cli_json_int(j, "written_steps", counts->steps);
    cli_json_int(j, "filled", counts->filled);
    cli_json_int(j, "refused", counts->refused);
    cli_json_open(j, "lost", '{');
    for (int i = 0; i < CAIRN_UNHELD_COUNT; i++)
        if (counts->lost[i]) cli_json_int(j, cairn_unheld_name(i), counts->lost[i]);
    cli_json_close(j, '}');
}

/* The machine's own id, where it has one, is what nobody elsewhere knows; "" else. */
static void machine_id(char out[64]) {
    FILE *file = fopen("/etc/machine-id", "r");
    size_t n = file ? fread(out, 1, 63, file) : 0;
    out[n] = 0;
    if (file) fclose(file);
}

cairn_status written_place(cli *c, const char **out) {
    char machine[64];
    struct stat folder;
    if (stat(".", &folder) != 0) return cairn_fail(c->ctx, CAIRN_IO, "cannot look at this folder: %s", strerror(errno));
    machine_id(machine);
    const uint64_t parts[] = {cairn_key(machine, strlen(machine)), (uint64_t)folder.st_dev, (uint64_t)folder.st_ino,
                              (uint64_t)getuid()};
    *out = cairn_arena_printf(c->arena, "%016llx", (unsigned long long)cairn_key(parts, sizeof parts));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}
