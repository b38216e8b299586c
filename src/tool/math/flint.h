/* FLINT with Arb and Calcium: one library since FLINT 3, three libraries before. Both worlds have one API in what is
 * used here. Their headers do not compile without warnings under this project's flags, so they are system headers. */
#ifndef CAIRN_TOOL_MATH_FLINT_H
#define CAIRN_TOOL_MATH_FLINT_H
#pragma GCC system_header

#include <flint/flint.h>
#include <flint/fmpq.h>
#include <flint/fmpz.h>
#include <flint/fmpz_mpoly.h>
#include <flint/ulong_extras.h>
#if __has_include(<flint/ca.h>)
#include <flint/acb.h>
#include <flint/arb.h>
#include <flint/ca.h>
#else
#include <acb.h>
#include <arb.h>
#include <calcium/ca.h>
#endif

#endif
