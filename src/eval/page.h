/* A page without script or network, and an image of the same look: what benchmarks and curves are shown with. */
#ifndef CAIRN_EVAL_PAGE_H
#define CAIRN_EVAL_PAGE_H

#include "cairn/core.h"

typedef struct page {
    cairn_ctx *ctx;
    cairn_out *out;
    cairn_text shown;    /* scratch */
    cairn_status status; /* the first that failed; nothing is written after it */
} page;

/* Markup, and numbers in it; a text of a file never goes through `format`. */
void page_put(page *p, const char *format, ...) CAIRN_PRINTF(2, 3);
/* A text of a file as it may stand between tags and in attributes: what would be markup is escaped, control and
 * direction-changing characters are shown, lines stay. At most `most` bytes of it; "… (12,345 bytes)" tells of more. */
void page_text(page *p, const char *text, size_t most);
enum { PAGE_CELL = 40 };
/* "1,234" */
const char *page_count(int64_t n, char out[PAGE_CELL]);

/* From the document's beginning to the body; `title` and `made_by` are markup. */
void page_open(page *p, const char *title);
/* From the end of <main> on. */
void page_close(page *p, const char *made_by);
/* An image by itself, with the same colours; `title` is a class of its texts. */
void page_open_image(page *p, int width, int height);
void page_close_image(page *p);
/* A line of a <dl>. */
void page_fact(page *p, const char *name, const char *text, size_t most);

#endif
