/* World `words`: what its parts share.
 *
 * A problem is a directed acyclic graph of quantities. A quantity is what one owner has of one object ("Anna's pears");
 * its value is given, or derives from one or two others. The question asks for a quantity, or for the sum or difference
 * of two, which is then a quantity of its own without a name, the last one. Places of quantities are those of their
 * sentences in the text. */
#ifndef CAIRN_WORLD_WORDS_WORDS_H
#define CAIRN_WORLD_WORDS_WORDS_H

#include "cairn/world.h"

#define WORDS_MOST        40        /* quantities of a problem: one bit of a 64-bit set each */
#define WORDS_LARGEST     999       /* true values are 0 .. this; generated ones 2 .. */
#define WORDS_BOUND       999999999 /* larger numbers in a step are unreadable */
#define WORDS_TEXT_BYTES  8192      /* of a problem */
#define WORDS_STEP_BYTES  1024      /* longer steps are unreadable */
#define WORDS_STEP_TOKENS 256
#define WORDS_SAID_BYTES  512 /* holds any step that this world says */
#define WORDS_CLAIMS      8   /* of one step */

typedef struct words_quantity {
    uint8_t owner, object; /* in the vocabulary; owner WORDS_ASKED: the question's own sum or difference */
    char op;               /* '=' given, else left op right, where right is a quantity or `number` */
    uint8_t form;          /* wording of its sentence */
    int16_t left, right;   /* places of operands, -1: none */
    int16_t number;        /* given value, or the second operand where right is -1 */
    int16_t truth;
} words_quantity;

#define WORDS_ASKED 255

typedef struct words_problem {
    words_quantity q[WORDS_MOST];
    int32_t count;
    int32_t target;            /* place of what the question asks for */
    int32_t form;              /* wording of the question */
    int32_t steps, useless;    /* derived quantities that the question needs, and that it does not */
    uint64_t needed, derived;  /* sets of places; needed ones may be given */
    uint8_t order[WORDS_MOST]; /* places, operands before what derives from them */
} words_problem;

typedef struct words_state {
    uint64_t known;            /* places whose value is given or was stated */
    int32_t value[WORDS_MOST]; /* the last statement, right or wrong */
    int32_t answer;
    int32_t used; /* steps */
    uint8_t answered;
    uint8_t dead; /* some step could not be read; for good */
    uint8_t zero[6];
} words_state;

/* ---- graph: words_graph.c ------------------------------------------------------------------------------------------- */

typedef struct words_settings {
    int64_t operations, fewest, distractors, largest, objects;
    double joins;
    bool shuffled;
} words_settings;

/* a op b within +-WORDS_BOUND; false when it leaves that, or for an inexact quotient. */
bool words_compute(int64_t a, char op, int64_t b, int64_t *out);
/* Places of a quantity's operands: a set. */
uint64_t words_operands(const words_quantity *q);
/* Fills order, truth, needed, derived, steps and useless from the rest. NULL, or what is wrong (a circle, a value out
 * of bounds). */
const char *words_finish(words_problem *p);
/* Draws a problem, all of it. False when no numbers fit the settings. */
bool words_draw(cairn_rng *rng, const words_settings *settings, words_problem *p);

/* ---- vocabulary, tokens, writing: words_text.c ---------------------------------------------------------------------- */

#define WORDS_PEOPLE  16
#define WORDS_PLACES  8
#define WORDS_OWNERS  (WORDS_PEOPLE + WORDS_PLACES) /* people first */
#define WORDS_GROUP   4                             /* objects of one kind stand together */
#define WORDS_GROUPS  5
#define WORDS_OBJECTS (WORDS_GROUPS * WORDS_GROUP)

typedef struct words_token {
    char kind; /* 'w' word, 'n' number, 's' sign */
    char sign;
    bool whole; /* of a number: it is an integer */
    uint32_t length;
    const char *start;
    int64_t number;
} words_token;

/* The next token. False at the end (then *at is `end`) and at a byte or number that cannot be read. */
bool words_next(const char **at, const char *end, words_token *out);
bool words_is(const words_token *t, const char *word); /* a word, whatever its case */
int words_owner(const words_token *t);                 /* place in the vocabulary or -1; without "the" */
int words_object(const words_token *t, bool *one);     /* likewise; *one: singular */

/* Text in a buffer of fixed size; what does not fit is left out. */
typedef struct words_writer {
    char *at, *end; /* end: the place of the last NUL */
} words_writer;
void words_put(words_writer *w, const char *text);
void words_put_number(words_writer *w, int64_t value);
void words_put_owner(words_writer *w, int owner); /* "Anna", "the shop" */
void words_put_object(words_writer *w, int object, bool one);

/* ---- sentences: words_sentence.c, words_read.c ------------------------------------------------------------------------------------- */

/* Number of wordings of the sentence that defines q[place], and of the question, that suit its operands; `forms` gets
 * their numbers. */
int32_t words_sentence_forms(const words_problem *p, int32_t place, uint8_t forms[16]);
int32_t words_question_forms(const words_problem *p, uint8_t forms[16]);
/* The problem's text from its graph, NUL-terminated; returns the length. */
size_t words_tell(const words_problem *p, char out[WORDS_TEXT_BYTES]);
/* The graph from its text, finished. NULL, or what is wrong with it; *where is the byte. */
const char *words_read(const char *text, size_t length, words_problem *p, size_t *where);

/* ---- steps: words_say.c, words_claim.c, words_judge.c ------------------------------------------------------------------ */

enum { WORDS_ANSWER = -1, WORDS_FOREIGN = -2, WORDS_NOTHING = -3 };

/* What a step says of one quantity. */
typedef struct words_claim {
    /* of the quantity; ANSWER; FOREIGN: it is not in the problem; NOTHING: an equation about no quantity */
    int32_t place;
    int16_t owner, object; /* of a foreign quantity */
    bool equation;         /* a op b = value is said, else value alone */
    char op;
    int64_t a, b, value; /* within +-WORDS_BOUND */
} words_claim;

/* Wordings of a claim about a quantity of the problem, or of the answer; number 0 is the canonical one. */
int32_t words_step_forms(const words_problem *p, const words_claim *claim);
/* A claim in words; `s` has the operands' values. Returns the length. */
size_t words_say(const words_problem *p, const words_state *s, const words_claim *claim, int32_t form,
                 char out[WORDS_SAID_BYTES]);
/* How q[place] derives from these operand values; value is not set. A given quantity has no equation. */
words_claim words_derive(const words_problem *p, int32_t place, const words_state *s);
/* "Anna has 12 pears", "the difference is 4". */
void words_put_fact(words_writer *w, const words_problem *p, int32_t place, int64_t value);

/* The claims of a step, in order; none where it says nothing of values. False when it cannot be read. */
bool words_claims(const words_problem *p, const char *step, size_t length, words_claim claims[WORDS_CLAIMS],
                  int32_t *n);

typedef enum words_code {
    WORDS_EXACT,           /* right, and needed */
    WORDS_USELESS,         /* right, but the question does not need it */
    WORDS_REPEATED,        /* right, and known before */
    WORDS_REPAIR,          /* right, where a wrong value was stated or would be carried on */
    WORDS_LEAP,            /* right, before what it derives from was stated */
    WORDS_NO_CLAIM,        /* says nothing of a quantity */
    WORDS_SLIP,            /* its own equation is false, or a bare value is wrong */
    WORDS_CARRIED,         /* follows from a wrong value stated before */
    WORDS_WRONG_OPERAND,   /* a true equation of other numbers than the problem's */
    WORDS_WRONG_OPERATION, /* of the problem's numbers, but another operation */
    WORDS_ILLEGAL          /* unreadable, after the end, or of a quantity that is not in the problem */
} words_code;

#define WORDS_SAYS_NOTHING "says nothing of the problem's quantities"

const char *words_code_name(words_code code);
cairn_verdict words_code_verdict(words_code code);
/* Judges one claim in the state before it; a sentence of evidence, "" where there is none, in `evidence`. */
words_code words_judge(const words_problem *p, const words_state *s, const words_claim *claim,
                       char evidence[WORDS_SAID_BYTES]);
void words_take(words_state *s, const words_claim *claim); /* what it states becomes the state */

/* ---- files: words_load.c ---------------------------------------------------------------------------------------------- */

/* As cairn_world_type.load: JSON lines with `id` and `problem`. */
cairn_status words_load(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                        cairn_problem **problems, int64_t *count, uint64_t *content);
/* As cairn_world_type.read. */
cairn_status words_adopt(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem);
/* A problem around a finished graph in the same arena. */
cairn_status words_wrap(const words_problem *p, const char *id, cairn_arena *arena, cairn_problem *out);

extern const cairn_script words_script;

#endif
