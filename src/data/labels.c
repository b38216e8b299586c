/* What labels say of a record, and labels that others imply. */
#include <math.h>

#include "cairn/data.h"

double cairn_record_label(const cairn_record *record, int32_t i) {
    if (record->labels) return record->labels[i];
    if (record->first_error == CAIRN_NO_ERROR) return 1;
    if (record->first_error == CAIRN_UNLABELLED || i > record->first_error) return NAN;
    return i < record->first_error ? 1 : 0;
}

int32_t cairn_labels_first_error(const double *labels, int32_t n, double right_from) {
    for (int32_t i = 0; i < n; i++) {
        if (isnan(labels[i])) return CAIRN_UNLABELLED;
        if (labels[i] < right_from) return i;
    }
    return CAIRN_NO_ERROR;
}

int32_t cairn_record_first_error(const cairn_record *record, double right_from) {
    if (record->first_error != CAIRN_UNLABELLED || !record->labels) return record->first_error;
    return cairn_labels_first_error(record->labels, record->n_steps, right_from);
}

/* Index of the first wrong step, or n. */
static int32_t first_wrong(const double *labels, int32_t n, int32_t first_error, double right_from) {
    if (first_error >= 0) return first_error;
    if (first_error == CAIRN_NO_ERROR) return n;
    for (int32_t i = 0; i < n; i++)
        if (labels[i] < right_from) return i;
    return n;
}

int32_t cairn_labels_fill(double *labels, int32_t n, int32_t first_error, double right_from) {
    int32_t wrong = first_wrong(labels, n, first_error, right_from), filled = 0;
    int32_t right = first_error == CAIRN_UNLABELLED ? 0 : wrong; /* steps that are right for certain */
    for (int32_t i = right; i < wrong; i++)
        if (labels[i] >= right_from) right = i + 1;
    for (int32_t i = 0; i < n; i++) {
        if (!isnan(labels[i]) || (i >= right && i < wrong)) continue;
        labels[i] = i < right ? 1 : 0;
        filled++;
    }
    return filled;
}
