/* Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"
#include "core/key.h"
#include "core/maths.h"

void cairn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)UINT32_C(0xD2511F53) * c0, p1 = (uint64_t)UINT32_C(0xCD9E8D57) * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c0 = n0, c1 = (uint32_t)p1, c2 = n2, c3 = (uint32_t)p0;
        k0 += UINT32_C(0x9E3779B9), k1 += UINT32_C(0xBB67AE85);
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/* splitmix64's finaliser */
static uint64_t mix(uint64_t x) {
    x ^= x >> 30, x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27, x *= UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

uint64_t cairn_key_mix(uint64_t a, uint64_t b) {
    return mix(mix(a + UINT64_C(0x9E3779B97F4A7C15)) ^ (b + UINT64_C(0xD1B54A32D192ED03)));
}

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void cairn_keys_sort(uint64_t *keys, size_t n) {
    if (n) qsort(keys, n, sizeof *keys, ascending);
}

uint64_t key_begin(size_t length) {
    return UINT64_C(0xCBF29CE484222325) ^ mix(length);
}

uint64_t key_add(uint64_t key, const void *bytes, size_t length) {
    const unsigned char *p = bytes;
    for (; length >= 8; p += 8, length -= 8) {
        uint64_t word = 0;
        for (int i = 7; i >= 0; i--) word = word << 8 | p[i];
        key = cairn_key_mix(key, word);
    }
    return key;
}

uint64_t key_end(uint64_t key, const void *bytes, size_t length) {
    const unsigned char *p = bytes;
    uint64_t tail = 0;
    for (size_t i = length; i-- > 0;) tail = tail << 8 | p[i];
    return cairn_key_mix(key, tail);
}

uint64_t cairn_key(const void *bytes, size_t length) {
    size_t whole = length & ~(size_t)7;
    return key_end(key_add(key_begin(length), bytes, whole), (const unsigned char *)bytes + whole, length - whole);
}

uint64_t cairn_path_child(uint64_t parent_path, uint32_t draw) {
    return cairn_key_mix(parent_path, draw);
}

cairn_rng cairn_rng_open(uint64_t seed, uint64_t problem, uint64_t path, cairn_verb verb, uint32_t role,
                         uint32_t draw) {
    uint64_t key = cairn_key_mix(seed, problem);
    uint64_t stream = cairn_key_mix(cairn_key_mix(path, (uint64_t)verb << 32 | role), draw);
    return (cairn_rng){.key = {(uint32_t)key, (uint32_t)(key >> 32)},
                       .stream = {(uint32_t)stream, (uint32_t)(stream >> 32)}};
}

uint32_t cairn_rng_u32(cairn_rng *rng) {
    if (rng->left == 0) {
        uint32_t counter[4] = {(uint32_t)rng->index, (uint32_t)(rng->index >> 32), rng->stream[0], rng->stream[1]};
        cairn_philox(counter, rng->key, rng->block);
        rng->index++;
        rng->left = 4;
    }
    return rng->block[4 - rng->left--];
}

uint64_t cairn_rng_u64(cairn_rng *rng) {
    uint64_t low = cairn_rng_u32(rng);
    return low | (uint64_t)cairn_rng_u32(rng) << 32;
}

double cairn_rng_unit(cairn_rng *rng) {
    return (double)(cairn_rng_u64(rng) >> 11) * 0x1p-53;
}

uint32_t cairn_rng_below(cairn_rng *rng, uint32_t bound) {
    if (bound == 0) return 0;
    uint64_t product = (uint64_t)cairn_rng_u32(rng) * bound;
    if ((uint32_t)product < bound) { /* Lemire's rejection of the biased part */
        uint32_t threshold = (0u - bound) % bound;
        while ((uint32_t)product < threshold) product = (uint64_t)cairn_rng_u32(rng) * bound;
    }
    return (uint32_t)(product >> 32);
}

int64_t cairn_rng_range(cairn_rng *rng, int64_t low, int64_t high) {
    if (high <= low) return low;
    uint64_t span = (uint64_t)high - (uint64_t)low + 1, value;
    if (span == 0) return (int64_t)cairn_rng_u64(rng);
    uint64_t limit = UINT64_MAX - UINT64_MAX % span;
    do value = cairn_rng_u64(rng);
    while (value >= limit);
    return (int64_t)((uint64_t)low + value % span);
}

double cairn_rng_normal(cairn_rng *rng) {
    double u = 1 - cairn_rng_unit(rng), v = cairn_rng_unit(rng); /* u in (0, 1] */
    return sqrt(-2 * maths_log(u)) * maths_cos(6.283185307179586477 * v);
}

const char *cairn_role_name(cairn_role role) {
    static const char *const names[CAIRN_ROLE_COUNT] = {"generator", "completer", "judge",  "critic",
                                                        "prover",    "reference", "refiner"};
    return (unsigned)role < CAIRN_ROLE_COUNT ? names[role] : NULL;
}
