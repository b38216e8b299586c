/* What verbs that write records share: options, and what is said of the file at the end. */
#ifndef CAIRN_CLI_WRITTEN_H
#define CAIRN_CLI_WRITTEN_H

#include "cairn/data.h"
#include "cli/cli.h"

typedef struct written_options {
    int32_t format, labels;
    double right_from;
    bool fill;
} written_options;

#define CLI_LABEL_KINDS "as-they-are|hard|soft"
/* Of the member `field` of the verb's config. */
#define CLI_WRITTEN_LABEL_OPTIONS(type, field, labels_, right_from_, right_help_)                             \
    CAIRN_CHOICE_AS(                                                                                          \
        "labels", type, field.labels, labels_, CLI_LABEL_KINDS,                                               \
        "Labels that are written: as true and false, as numbers where the format holds them, or each record " \
        "as it is."),                                                                                         \
        CAIRN_REAL_AS("right-from", type, field.right_from, right_from_, 0, 1, "", right_help_),              \
        CAIRN_BOOL_AS(                                                                                        \
            "fill", type, field.fill, "false",                                                                \
            "Fill missing labels that others imply: wrong after the first wrong step, right before a right one.")
#define CLI_WRITTEN_OPTIONS(type, field, labels_, right_from_, right_help_)        \
    CAIRN_CHOICE_AS("format", type, field.format, "stepwise", CAIRN_WRITE_CHOICES, \
                    "Format of the file that is written (docs/formats.md)."),      \
        CLI_WRITTEN_LABEL_OPTIONS(type, field, labels_, right_from_, right_help_)
#define CLI_RIGHT_FROM_HELP "A soft label from here on is right; 0: above 0."

cairn_write_options written_setup(const written_options *options, bool skip_bad);
/* From which label on a step is right: above 0 for 0. */
double written_right_from(const written_options *options);
/* "b.jsonl (trl)"; in the arena. */
const char *written_name(cli *c, const written_options *options, const char *path);
/* Says in the log what the format did not hold, and that labels were filled or records left out. */
cairn_status written_warn(cli *c, const cairn_writer *writer);
/* Members "written", "written_steps", "filled", "refused" and "lost" {what: records}. */
void written_json(cli_json *j, const cairn_write_counts *counts);
/* Tells this folder, machine and user from others; in the arena. */
cairn_status written_place(cli *c, const char **out);

#endif
