/* What scripts of several worlds share. */
#ifndef CAIRN_WORLD_SCRIPT_H
#define CAIRN_WORLD_SCRIPT_H

/* A probability moved by `shift` on the logit scale; 0 and 1 stay. */
double script_shifted(double p, double shift);

#endif
