/* Remarks of `cairn model info`. */
#ifndef CAIRN_CLI_MODEL_REMARKS_H
#define CAIRN_CLI_MODEL_REMARKS_H

#include "cairn/model.h"
#include "cli/cli.h"

typedef struct model_remarks {
    int64_t part, parts; /* this file is part 1 .. parts of a model; part 0: it does not say which */
    int64_t same_tokens; /* tokens whose text an earlier one has */
} model_remarks;

cairn_status model_remarks_of(cli *c, const cairn_gguf *file, model_remarks *out);
/* A line each, none for a file without any. */
void model_remarks_print(const model_remarks *remarks);

#endif
