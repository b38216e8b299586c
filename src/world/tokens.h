/* Sizes of texts that no tokenizer has seen. */
#ifndef CAIRN_WORLD_TOKENS_H
#define CAIRN_WORLD_TOKENS_H

#include <stddef.h>
#include <stdint.h>

/* Words and symbols: a run of letters, digits and bytes above 127 is one token, every other byte that is not white
 * space is one. */
int32_t token_count(const char *text, size_t length);

#endif
