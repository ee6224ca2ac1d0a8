/* Findings. See findings.h. */
#include "kitchen/findings.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* Two makespans that are nearer than this are called equal, however quiet the machine is; and what is
 * taken for the noise while there is one round that it could be seen in. */
static const double least_noise = 0.02, assumed_noise = 0.1;

const char *brg_way_name(brg_way way) {
    static const char *const names[BRG_WAYS] = {"Neither", "Concurrent", "Parallel", "Both"};
    return names[way];
}

/* Text under construction; what does not fit is cut. */
typedef struct text {
    char *at;
    size_t room;
} text;

static void say(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(text *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(t->at, t->room, format, arguments);
    va_end(arguments);
    size_t used = length < 0 ? 0 : (size_t)length < t->room ? (size_t)length : t->room - 1;
    t->at += used;
    t->room -= used;
}

static void say_times(text *t, double times) {
    say(t, "%.*f\xc3\x97", times < 10 ? 2 : 0, times);
}

static double noise_of(const brg_history *a, const brg_history *b) {
    double least = a->kept < 2 || b->kept < 2 ? assumed_noise : least_noise;
    return fmax(fmax(a->spread, b->spread), least);
}

/* The first of these pairs both of which were tried; false if there is none. */
static bool choose_pair(const brg_history *const ways[BRG_WAYS], brg_way *from, brg_way *to) {
    static const brg_way pairs[][2] = {
        {BRG_WAY_NEITHER, BRG_WAY_BOTH},     {BRG_WAY_NEITHER, BRG_WAY_CONCURRENT},
        {BRG_WAY_NEITHER, BRG_WAY_PARALLEL}, {BRG_WAY_CONCURRENT, BRG_WAY_BOTH},
        {BRG_WAY_PARALLEL, BRG_WAY_BOTH},    {BRG_WAY_PARALLEL, BRG_WAY_CONCURRENT}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        *from = pairs[i][0];
        *to = pairs[i][1];
        if (ways[*from]->cooked > 0 && ways[*to]->cooked > 0)
            return true;
    }
    return false;
}

static void say_speed(text *t, const brg_history *const ways[BRG_WAYS], brg_way from, brg_way to) {
    double speed = brg_history_median(ways[from]).makespan / brg_history_median(ways[to]).makespan;
    double noise = noise_of(ways[from], ways[to]);
    if (!(fabs(speed - 1) > noise)) {
        say(t, "%s took about as long as %s", brg_way_name(to), brg_way_name(from));
        return;
    }
    say(t, speed > 1 ? "%s is " : "%s takes ", brg_way_name(to));
    say_times(t, speed > 1 ? speed : 1 / speed);
    say(t, speed > 1 ? " as fast as %s" : " as long as %s", brg_way_name(from));
}

/* In the ways that freeze it the window's worst frame is the whole round. */
static void say_response(text *t, const brg_history *const ways[BRG_WAYS], brg_way from,
                         brg_way to) {
    double before = brg_history_median(ways[from]).frame_p99;
    double after = brg_history_median(ways[to]).frame_p99;
    if (!(before > 0) || !(after > 0))
        return;
    double times = before / after;
    if (times > 1.25 || times < 0.8) {
        say(t, ", and the window ");
        say_times(t, times > 1 ? times : 1 / times);
        say(t, " as %s", times > 1 ? "responsive" : "unresponsive");
    } else {
        say(t, ", and the window no more responsive");
    }
    say(t, " (frame p99 %.*f ms, not %.*f)", after < 100, after, before < 100, before);
}

/* What it costs to take turns: slices, and a window that draws meanwhile. */
static void say_price(text *t, const brg_history *const ways[BRG_WAYS]) {
    const brg_history *both = ways[BRG_WAY_BOTH], *parallel = ways[BRG_WAY_PARALLEL];
    if (both->cooked == 0 || parallel->cooked == 0)
        return;
    double cost = brg_history_median(both).makespan / brg_history_median(parallel).makespan - 1;
    if (fabs(cost) <= noise_of(both, parallel))
        say(t, "; what taking turns and drawing the window cost is lost in the noise");
    else if (cost > 0)
        say(t, "; taking turns and drawing the window cost %.0f %% against Parallel", 100 * cost);
    else
        say(t, "; against Parallel it even won %.0f %%, since dishes overlap", -100 * cost);
}

static void say_noise(text *t, const brg_history *const ways[BRG_WAYS]) {
    int least = 0, most = 0;
    double spread = 0;
    for (int w = 0; w < BRG_WAYS; w++) {
        int n = ways[w]->kept;
        if (n == 0)
            continue;
        least = least == 0 || n < least ? n : least;
        most = n > most ? n : most;
        spread = fmax(spread, ways[w]->spread);
    }
    if (most == 1) {
        say(t, ". One round each: cook again to see the noise.");
    } else {
        say(t, least == most ? ". Medians of %d" : ". Medians of %d to %d", least, most);
        say(t,
            least < 4 ? " rounds, which lie up to %.0f %% apart."
                      : " rounds, the middle half of them within %.0f %%.",
            100 * spread);
    }
}

const char *brg_findings(const brg_history *const ways[BRG_WAYS], char *sentence, size_t size) {
    text t = {sentence, size};
    brg_way from, to;
    int tried = 0;
    for (int w = 0; w < BRG_WAYS; w++)
        tried += ways[w]->cooked > 0;
    sentence[0] = '\0';
    if (tried == 0) {
        say(&t,
            "Nothing was cooked yet. The same three dishes can be cooked in four ways: press A to "
            "see all of them.");
    } else if (!choose_pair(ways, &from, &to)) {
        say(&t, "One way was tried. Cook another, and this line compares them.");
    } else {
        say_speed(&t, ways, from, to);
        say_response(&t, ways, from, to);
        say_price(&t, ways);
        say_noise(&t, ways);
    }
    return sentence;
}
