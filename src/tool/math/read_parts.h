/* What the files of the reader share: tokens, and the state of one reading. */
#ifndef CAIRN_TOOL_MATH_READ_PARTS_H
#define CAIRN_TOOL_MATH_READ_PARTS_H

#include <string.h>

#include "tool/math/expression.h"
#include "tool/math/read.h"

typedef enum math_token_kind {
    TOKEN_END,
    TOKEN_BAD,      /* text: why it is not read */
    TOKEN_NUMBER,   /* text: digits as in MATH_NUMBER */
    TOKEN_DIGITS,   /* text: digits with letters, of a base beyond ten: "1A3" before a subscript */
    TOKEN_VULGAR,   /* a fraction as one character; value: numerator * 16 + denominator */
    TOKEN_TIME,     /* text: as in MATH_TIME */
    TOKEN_DATE,     /* text: as in MATH_DATE */
    TOKEN_NAME,     /* a letter, a Greek letter, a constant, a run of capitals; text */
    TOKEN_WORD,     /* letters that are no symbols */
    TOKEN_FUNCTION, /* text: its name */
    TOKEN_SIGMA,    /* a sum or a product over an index; text: "sum", "product" */
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_PLUS_MINUS, /* value: 1 for \mp */
    TOKEN_TIMES,      /* value: 1 for a cross, which is another product of vectors */
    TOKEN_DIVIDE,
    TOKEN_CARET,
    TOKEN_UNDERSCORE,
    TOKEN_RAISED, /* digits as superscript characters; text */
    TOKEN_LOWERED,
    TOKEN_BANG,
    TOKEN_PERCENT,
    TOKEN_DEGREE,
    TOKEN_PRIME,
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_COLON,
    TOKEN_PERIOD,
    TOKEN_ELLIPSIS,
    TOKEN_BAR,        /* value: 1 opens, 2 closes, 0 either */
    TOKEN_DOUBLE_BAR, /* a norm; value: as of a bar */
    TOKEN_MID,        /* the bar of a set builder, "divides" */
    TOKEN_RELATION,   /* value: math_relation */
    TOKEN_OPEN_ROUND,
    TOKEN_CLOSE_ROUND,
    TOKEN_OPEN_SQUARE,
    TOKEN_CLOSE_SQUARE,
    TOKEN_OPEN_BRACE, /* written \{ */
    TOKEN_CLOSE_BRACE,
    TOKEN_OPEN_GROUP, /* written {; value: 1 where a command that is only dress stood before it */
    TOKEN_CLOSE_GROUP,
    TOKEN_OPEN_ANGLE,
    TOKEN_CLOSE_ANGLE,
    TOKEN_OPEN_FLOOR,
    TOKEN_CLOSE_FLOOR,
    TOKEN_OPEN_CEILING,
    TOKEN_CLOSE_CEILING,
    TOKEN_UNION,
    TOKEN_INTERSECTION,
    TOKEN_SET_MINUS,
    TOKEN_EMPTY_SET,
    TOKEN_FRACTION,
    TOKEN_ROOT, /* value: the degree, where the sign says it (3 for a cube root), else 0 */
    TOKEN_BINOMIAL,
    TOKEN_CHOOSE,
    TOKEN_OVER,
    TOKEN_ACCENT, /* text: "overline", "vec", "hat" ... */
    TOKEN_FIGURE, /* \angle, \triangle; text */
    TOKEN_MODULO, /* value: 1 for \pmod, 2 for \bmod and the word */
    TOKEN_BEGIN,  /* text: the environment */
    TOKEN_FINISH, /* \end{...} */
    TOKEN_AMPERSAND,
    TOKEN_ROW_BREAK,
    TOKEN_CURRENCY, /* text: "$" */
    TOKEN_HENCE,    /* an arrow or \therefore: dress before everything else */
    TOKEN_AND,      /* value: 1 for a sign of logic */
    TOKEN_OR,
    /* kinds that only the table of commands has; the lexer acts on them */
    TOKEN_SKIP,     /* spacing and size: nothing */
    TOKEN_SKIP_ONE, /* nothing, with one argument */
    TOKEN_SKIP_TWO, /* a colour: its first argument is skipped */
    TOKEN_ROMAN,    /* text type: its argument is words */
    TOKEN_TRANSPARENT,
    TOKEN_BLACKBOARD,
    TOKEN_LEFT, /* \left, \big ...: what follows is a delimiter; value: 1 left, 2 right, 0 either */
    TOKEN_KINDS
} math_token_kind;

/* The parser looks this many tokens ahead without asking for the end. */
enum { MATH_TOKENS_AHEAD = 20 };

enum { TOKEN_FLAG_BLANK = 1, TOKEN_FLAG_ROMAN = 2, TOKEN_FLAG_GROUPED = 4, TOKEN_FLAG_DOTS = 8, TOKEN_FLAG_WIDE = 16 };

typedef struct math_token {
    math_token_kind kind;
    uint32_t flags; /* TOKEN_FLAG_BLANK: a blank stands before it, WIDE: a \quad */
    int32_t value;
    uint32_t start, end;
    const char *text; /* static or in the arena; NULL for signs */
} math_token;

typedef enum math_joint { JOINT_NONE, JOINT_COMMA, JOINT_SEMICOLON, JOINT_AND, JOINT_OR, JOINT_COMMA_OR } math_joint;

typedef struct math_reader {
    cairn_ctx *ctx;
    cairn_arena *arena;
    const char *text;
    uint32_t length;
    bool plain;   /* the text holds no command of LaTeX */
    bool doubled; /* backslashes are written twice: \\frac */
    /* of the whole text */
    uint32_t content, content_end; /* what stands between blanks, without a point at the end */
    bool bulleted;                 /* a list of Markdown: "- 3" and "- 4" in lines of their own */
    cairn_status status;
    bool calculator;         /* by math_read_expression: what is not read is an error */
    const math_names *names; /* of the calculator; NULL: none */

    /* lexer */
    uint32_t byte;
    math_token *token;
    uint32_t tokens, capacity;
    uint32_t pending;        /* flags of the next token */
    uint32_t roman;          /* depth of braces at which text type began, plus 1; 0: none */
    bool quoted;             /* between double quotes */
    bool formula;            /* between dollars */
    uint32_t outer_roman;    /* `roman` around a formula within text type; 0: none */
    uint32_t formula_tokens; /* tokens when a formula ended */
    uint32_t open;           /* brackets open at this byte */
    int32_t delimiter;       /* the token before was \left (1), \right (2) or a size (3) */
    uint8_t bracket[MATH_DEPTH_MOST + 8];
    bool cut;                /* of the calculator: tokens end where there were too many */
    char key[MATH_KEY_MOST]; /* scratch */

    /* parser */
    uint32_t at;
    uint32_t depth, nodes;
    uint32_t bars;           /* open bars that a bar closes */
    bool stopped;            /* a full stop stood at the end */
    bool turned;             /* a square bracket that opens ends an interval here: ]0, 1[ */
    bool no_union;           /* \cup joins statements here: x < 1 \cup x > 3 */
    uint32_t inside, tables; /* brackets and environments around this token */
    bool no_bar;             /* a bar divides a set builder here */
    math_node **stack;       /* kids of the nodes that are being read */
    uint32_t stacked, stack_room;
    uint8_t *joint;        /* [stacked] how each is joined to the one before: a math_joint, or a relation */
    math_node *spare_node; /* what a reading that failed returns */
    uint32_t joints;       /* of the statements read last: 1 << math_joint of each */
} math_reader;

/* ---- tables (read_tables.c) ---- */

typedef struct math_command {
    const char *name;
    math_token_kind kind;
    int32_t value;
    const char *text;
} math_command;

/* The entry of a table that is sorted by the bytes of its names; NULL: none. */
const math_command *math_find(const math_command *table, size_t entries, const char *name, size_t length);
const math_command *math_find_command(const char *name, size_t length); /* after a backslash */
const math_command *math_find_word(const char *name, size_t length);    /* words with a meaning in plain text */
const math_command *math_find_character(uint32_t code);                 /* beyond ASCII */
bool math_is_short_word(const char *word, size_t length);               /* "no", "is", "cm" */
bool math_is_unit(const char *word, size_t length);
const char *math_letter(unsigned char letter); /* a text of one letter */

/* ---- lexer (read_lex.c, read_number.c) ---- */

cairn_status math_lex(math_reader *r);
math_token *math_emit(math_reader *r, math_token_kind kind, uint32_t start, uint32_t end);
void math_lex_number(math_reader *r);
bool math_lex_digits(math_reader *r); /* "A2_{16}": digits of a base beyond ten; false: none here */
bool math_starts_decimals(const math_reader *r, uint32_t at); /* after a point */
bool math_in_list(const math_reader *r);                      /* whether a comma at this byte divides items */
/* Decodes the character at `at`; 0 where it is broken. */
uint32_t math_decode(const char *text, uint32_t left, uint32_t *bytes);
/* Whether letters stand for one word rather than for a product of symbols. */
bool math_is_word(const char *word, size_t length);

/* ---- calculator (read_expression.c) ---- */

void math_calculator_letters(math_reader *r);                       /* a name, a function, an operator in words */
const math_command *math_calculator_character(uint32_t code);       /* what only the calculator reads; NULL: nothing */
bool math_calculator_knows(const math_reader *r, const char *name); /* whether it has a value */
/* An expression in prose, whose words its finder has left out: token[count], then MATH_TOKENS_AHEAD of the end. Names
 * have no values. Errors: those of math_read_expression. */
cairn_status math_read_tokens(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, math_token *token,
                              size_t count, math_node **out);

/* ---- parser (read.c and others) ---- */

static inline math_token *math_peek(math_reader *r) {
    return &r->token[r->at];
}
static inline math_token *math_peek_at(math_reader *r, uint32_t ahead) {
    return &r->token[r->at + ahead < r->tokens ? r->at + ahead : r->tokens - 1];
}
static inline void math_advance(math_reader *r) {
    if (r->token[r->at].kind != TOKEN_END) r->at++;
}
static inline bool math_token_is(const math_reader *r, const math_token *t, const char *word) {
    size_t n = strlen(word);
    return t->kind == TOKEN_WORD && t->end - t->start == n && memcmp(r->text + t->start, word, n) == 0;
}

bool math_make_spare(math_reader *r); /* false: no memory */
math_node *math_fail(math_reader *r, cairn_status status);
math_node *math_leaf(math_reader *r, math_kind kind, const char *text, uint32_t start, uint32_t end);
math_node *math_unread(math_reader *r, const char *why, uint32_t start, uint32_t end);
/* A node of the kids stacked since `base`. */
math_node *math_make(math_reader *r, math_kind kind, uint32_t base, uint32_t start, uint32_t end);
math_node *math_make1(math_reader *r, math_kind kind, math_node *a, uint32_t start, uint32_t end);
math_node *math_make2(math_reader *r, math_kind kind, math_node *a, math_node *b, uint32_t start, uint32_t end);
void math_push(math_reader *r, math_node *kid);
bool math_enter(math_reader *r);              /* one level deeper; false: too deep, the reading has failed */
uint32_t math_last_end(const math_reader *r); /* end of the token before */
/* Everything up to the end of the item that is being read. */
math_node *math_unread_item(math_reader *r, const char *why, uint32_t start);

void math_strip(math_reader *r);            /* drops full stops and boxes around the whole */
math_node *math_infix(math_reader *r);      /* statements, or two of them with \choose or \over between */
math_node *math_statements(math_reader *r); /* up to a closing bracket or the end */
math_node *math_relation_chain(math_reader *r);
math_node *math_sum(math_reader *r);
math_node *math_term(math_reader *r);
math_node *math_factor(math_reader *r); /* a primary with its powers and signs behind */
math_node *math_primary(math_reader *r);
math_node *math_script(math_reader *r);   /* an argument, or a whole number without braces: x^10, a_12 */
math_node *math_argument(math_reader *r); /* of a command, of ^: a group or one token */
bool math_closes(math_token_kind kind);
math_node *math_as_set(math_node *node);
bool math_is_derivative(const math_node *above, const math_node *below);
/* Whether a condition begins after a value: "(k \in Z)", "where k \in Z". */
bool math_begins_statement(const math_token *t); /* after a \quad: "y =" */
bool math_is_condition(math_reader *r);
bool math_starts_value(math_reader *r); /* whether the token begins a factor */

bool math_is_choice(const math_token *t); /* a letter of a multiple choice */
/* What holds only within one bracket. */
typedef struct math_bracket_state {
    uint32_t bars;
    bool no_bar, turned, no_union;
} math_bracket_state;
math_bracket_state math_enter_bracket(math_reader *r);
void math_leave_bracket(math_reader *r, math_bracket_state state);

bool math_says_number(const char *word, size_t n);                   /* in any case: "twenty-one" */
bool math_changes_number(const math_reader *r, const math_token *t); /* a word: "squared", "score" */
bool math_is_whole(const char *digits);                              /* digits only */
/* "11 7/6" at the end of a text, from its blank on, is no mixed number: an UNREAD node whose kids are what may be meant,
 * a sum, a product, two values, 117/6 with a blank inside. NULL: another text. */
math_node *math_improper_mixed(math_reader *r, math_node *whole, uint32_t start);
math_node *math_sum_over(math_reader *r); /* a CALL: term, index, first, last */
math_node *math_name(math_reader *r);
/* x^2_1 is x_1^2: whether a power takes a subscript; with the one that stands here. */
bool math_takes_subscript(const math_node *power);
math_node *math_late_subscript(math_reader *r, math_node *power);
math_node *math_bracket(math_reader *r);
/* A set of one value beside a factor or after a function: braces that are brackets, as in 2\{x + (y - 1)\}. */
math_node *math_unbraced(const math_reader *r, math_node *node);
/* What an opening brace alone says of a table: equations, or cases. */
math_node *math_system(math_reader *r, math_node *table, uint32_t start);
math_node *math_bars(math_reader *r);
math_node *math_environment(math_reader *r);
math_node *math_function(math_reader *r);
math_node *math_accent(math_reader *r);
math_node *math_words(math_reader *r);
math_node *math_number_words(math_reader *r);                 /* NULL: no number begins here */
math_node *math_read_unit(math_reader *r, math_node *before); /* `before`: a unit that goes on, or NULL */
bool math_continues_unit(math_reader *r);                     /* whether "/" or "per" and a unit stand here */
bool math_starts_unit(math_reader *r);
/* Whether a text, or a word, is `lower` in any case. */
bool math_spells(const char *word, size_t n, const char *lower);
bool math_token_spells(const math_reader *r, const math_token *t, const char *lower);
math_node *math_clock_hour(math_reader *r);                          /* "2 PM"; NULL: no time */
math_node *math_clock_time(math_reader *r);                          /* "2:30 PM" */
math_node *math_date(math_reader *r);                                /* NULL: no date begins here */
bool math_is_copula(math_reader *r);                                 /* "is" before a value */
math_node *math_join(math_reader *r, uint32_t base, uint32_t start); /* statements into one node */
/* "3 hours and 20 minutes": one quantity in several units. */
bool math_is_compound(math_node *const *item, const uint8_t *joint, uint32_t n);
math_node *math_whole(math_reader *r); /* forms that only a whole answer has; NULL: none */

#endif
