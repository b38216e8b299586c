/* Python literals, as they stand in the text cells of tables that were written with Python's repr. */
#ifndef CAIRN_DATA_LITERAL_H
#define CAIRN_DATA_LITERAL_H

#include "data/json.h"

/* Reads one literal that fills text[length], blanks around it apart, as a JSON value:
 *
 *   'a' "b" """c""" 'a' "b"     a string; prefixes u, r and b, escapes as Python has them, neighbours joined
 *   1, -2.5, 1e-3, .5           an integer or a real
 *   True, False, None           true, false, null
 *   nan, inf, -inf, NaT         null: JSON has no such numbers
 *   [..], (..), {1, 2}, set()   an array, in the order written; (x) is x itself
 *   {k: v}                      an object; a key that is no string becomes the text that it was written as: `18656`.
 *                               Of equal keys the last one holds, as in Python; 1 and '1' are equal here
 *   <class 'int'>               null, and so is all else in angle brackets
 *   defaultdict(.., {..}), Counter({..}), OrderedDict([(k, v)]), frozenset({..}), array([..], dtype=..),
 *   np.float64(..) and the like: what they hold
 *
 * `where` ("file:7: column `maslow`") opens errors, which name the byte, counted from 0. Errors: FORMAT for anything
 * else, among it NUL characters, halves of surrogate pairs, text that is not UTF-8, integers beyond int64 and reals
 * beyond double; LIMIT for a value nested deeper than JSON_DEPTH; no memory. The caller owns *out. */
cairn_status literal_parse(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out);

#endif
