/* A heap that is full: blocks that take all memory there is. */
#ifndef CAIRN_TESTS_FULL_HEAP_H
#define CAIRN_TESTS_FULL_HEAP_H

#include <stdint.h>
#include <stdlib.h>

enum { BLOCKS = 1 << 17 };

static void *blocks[BLOCKS];
static int n_blocks;

static uint64_t lot_state; /* set it to the seed */

/* splitmix64 (Steele et al. 2014) */
static uint64_t lot(void) {
    uint64_t z = lot_state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Takes all memory there is, most of it in blocks of all sizes: some given back leave holes that fit what is asked for
 * exactly. */
static void fill(void) {
    for (int tries = 0; tries < 64 && n_blocks < BLOCKS; tries++)
        if ((blocks[n_blocks] = malloc(16 + lot() % 32768))) n_blocks++, tries = 0;
    for (size_t size = 1 << 14; size >= 16; size -= size > 1024 ? 1024 : 16)
        while (n_blocks < BLOCKS && (blocks[n_blocks] = malloc(size))) n_blocks++;
}

#endif
