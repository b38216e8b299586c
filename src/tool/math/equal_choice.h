/* Letters of a multiple choice in texts. */
#ifndef CAIRN_TOOL_MATH_EQUAL_CHOICE_H
#define CAIRN_TOOL_MATH_EQUAL_CHOICE_H

#include "tool/math/equal_rules.h"

/* What the capital `letter` stands for in a problem with choices "(A) ... (B) ...", "A) ... B) ..." or "A. ... B. ...".
 * False: the problem has no such choice. */
bool choice_content(const char *problem, char letter, const char **start, size_t *length);
/* Whether text[length] is a letter with its content, "(B) 7" or "B. 7"; *rest: the byte where the content begins. */
bool choice_split(const char *text, size_t length, char *letter, size_t *rest);

#endif
