/* Duels: two ways of doing the same, timed in turn, so that what slows the machine slows both. Pure.
 */
#ifndef BRIGADE_GUI_DUEL_H
#define BRIGADE_GUI_DUEL_H

enum { BRG_DUEL_MOST = 50 };

/* Milliseconds, of A and of B: a pair each round. */
typedef struct brg_duel {
    int pairs;
    double a[BRG_DUEL_MOST], b[BRG_DUEL_MOST];
} brg_duel;

/* How many times as fast B was as A, a pair at a time: the median, the least and the most. */
typedef struct brg_odds {
    double median, lo, hi;
} brg_odds;

/* Adds a pair; what is too much is left out. */
void brg_duel_add(brg_duel *duel, double a, double b);

/* All 0 without a pair. */
brg_odds brg_duel_odds(const brg_duel *duel);

/* The median of some times; 0 of none. */
double brg_duel_median(const double *values, int count);

#endif
