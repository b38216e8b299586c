/* What the files of the writer share. */
#ifndef CAIRN_TOOL_MATH_WRITE_PARTS_H
#define CAIRN_TOOL_MATH_WRITE_PARTS_H

#include "tool/math/read_parts.h"

typedef struct math_writer {
    cairn_arena *arena;
    char *data;
    size_t length, room;
    bool latex; /* braces of sets are \{ \}: the text holds commands */
    bool failed;
} math_writer;

/* How tightly a node's own signs bind; the writer puts brackets around a kid that binds less than its place asks. */
enum { BIND_LIST, BIND_RELATION, BIND_RATIO, BIND_UNION, BIND_SUM, BIND_TERM, BIND_FACTOR, BIND_PRIMARY, BIND_NEVER };

void math_put_bytes(math_writer *w, const char *bytes, size_t n);
void math_put_text(math_writer *w, const char *text);
void math_put(math_writer *w, const math_node *node, int least); /* in brackets where it binds less than `least` */
void math_put_bracketed(math_writer *w, const math_node *node);
void math_put_number(math_writer *w, const char *digits);
void math_put_name(math_writer *w, const char *text);
void math_put_words(math_writer *w, const char *text);
void math_put_time(math_writer *w, const math_node *node);
void math_put_date(math_writer *w, const char *text);
void math_put_quantity(math_writer *w, const math_node *node);

#endif
