/* The numbers of GGUF: kinds of values, layouts of tensors. */
#include "model/gguf.h"

static const struct {
    const char *name;
    size_t size;
} kinds[CAIRN_GGUF_KINDS] = {
    [CAIRN_GGUF_U8] = {"u8", 1},       [CAIRN_GGUF_I8] = {"i8", 1},     [CAIRN_GGUF_U16] = {"u16", 2},
    [CAIRN_GGUF_I16] = {"i16", 2},     [CAIRN_GGUF_U32] = {"u32", 4},   [CAIRN_GGUF_I32] = {"i32", 4},
    [CAIRN_GGUF_F32] = {"f32", 4},     [CAIRN_GGUF_BOOL] = {"bool", 1}, [CAIRN_GGUF_STRING] = {"string", 0},
    [CAIRN_GGUF_ARRAY] = {"array", 0}, [CAIRN_GGUF_U64] = {"u64", 8},   [CAIRN_GGUF_I64] = {"i64", 8},
    [CAIRN_GGUF_F64] = {"f64", 8},
};

const char *cairn_gguf_kind_name(cairn_gguf_kind kind) {
    return (unsigned)kind < CAIRN_GGUF_KINDS ? kinds[kind].name : "unknown";
}

size_t gguf_kind_size(cairn_gguf_kind kind) {
    return kinds[kind].size;
}

/* By number. A type that ggml computes with and never stores (q8_1, q8_K) has a name and no layout. */
static const cairn_ggml_layout layouts[] = {
    [0] = {"f32", 1, 4},         [1] = {"f16", 1, 2},         [2] = {"q4_0", 32, 18},      [3] = {"q4_1", 32, 20},
    [6] = {"q5_0", 32, 22},      [7] = {"q5_1", 32, 24},      [8] = {"q8_0", 32, 34},      [9] = {"q8_1", 0, 0},
    [10] = {"q2_K", 256, 84},    [11] = {"q3_K", 256, 110},   [12] = {"q4_K", 256, 144},   [13] = {"q5_K", 256, 176},
    [14] = {"q6_K", 256, 210},   [15] = {"q8_K", 0, 0},       [16] = {"iq2_xxs", 256, 66}, [17] = {"iq2_xs", 256, 74},
    [18] = {"iq3_xxs", 256, 98}, [19] = {"iq1_s", 256, 50},   [20] = {"iq4_nl", 32, 18},   [21] = {"iq3_s", 256, 110},
    [22] = {"iq2_s", 256, 82},   [23] = {"iq4_xs", 256, 136}, [24] = {"i8", 1, 1},         [25] = {"i16", 1, 2},
    [26] = {"i32", 1, 4},        [27] = {"i64", 1, 8},        [28] = {"f64", 1, 8},        [29] = {"iq1_m", 256, 56},
    [30] = {"bf16", 1, 2},       [34] = {"tq1_0", 256, 54},   [35] = {"tq2_0", 256, 66},   [39] = {"mxfp4", 32, 17},
    [40] = {"nvfp4", 64, 36},    [41] = {"q1_0", 128, 18},
};

cairn_ggml_layout cairn_ggml_layout_of(uint32_t type) {
    if (type < sizeof layouts / sizeof *layouts && layouts[type].name) return layouts[type];
    return (cairn_ggml_layout){.name = "unknown"};
}

const char *gguf_measure(uint32_t type, int32_t rank, const int64_t *shape, int64_t *elements, size_t *bytes) {
    int64_t n = 1, rows = 1;
    for (int32_t i = 0; i < rank; i++) {
        if (shape[i] < 1) return "a dimension must be 1 or more";
        if (__builtin_mul_overflow(n, shape[i], &n)) return "it has more elements than 64 bits can count";
        if (i > 0) rows *= shape[i];
    }
    cairn_ggml_layout layout = cairn_ggml_layout_of(type);
    *elements = n;
    *bytes = 0;
    if (layout.block == 0) return NULL;
    int64_t row = rank > 0 ? shape[0] : 1, blocks;
    if (row % layout.block != 0) return "its rows do not fill whole blocks of its type";
    if (__builtin_mul_overflow(row / layout.block, rows, &blocks) ||
        __builtin_mul_overflow(blocks, layout.block_bytes, bytes))
        return "it has more bytes than 64 bits can count";
    return NULL;
}
