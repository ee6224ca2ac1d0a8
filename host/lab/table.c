/* The claims in order, and the articles that make them. */
#include <string.h>
#include <strings.h>

#include "lab/lab.h"

extern const brg_experiment brg_claim_18, brg_claim_19, brg_claim_21;
extern const brg_experiment brg_claim_24;

static const brg_experiment *const experiments[] = {
    /* one a line, in order */
    &brg_claim_18, &brg_claim_19, &brg_claim_21,
    &brg_claim_24,
};

enum { COUNT = sizeof experiments / sizeof experiments[0] };

const brg_experiment *brg_lab_experiment_at(int32_t index) {
    return index >= 0 && index < COUNT ? experiments[index] : NULL;
}

int32_t brg_lab_claim_count(void) {
    return COUNT;
}

const brg_lab_claim *brg_lab_claim_at(int32_t index) {
    const brg_experiment *experiment = brg_lab_experiment_at(index);
    return experiment ? &experiment->claim : NULL;
}

const brg_lab_claim *brg_lab_claim_find(const char *id) {
    for (int32_t i = 0; i < COUNT; i++)
        if (strcasecmp(experiments[i]->claim.id, id) == 0)
            return &experiments[i]->claim;
    return NULL;
}

int32_t brg_lab_claim_questions(const brg_lab_claim *claim) {
    int32_t count = 0;
    while (count < BRG_LAB_QUESTIONS && claim->questions[count].what)
        count++;
    return count;
}

const char *brg_lab_article(const char *tag) {
    static const char *const articles[][2] = {
        {"A0", "\"Explain the Difference Between Concurrency and Parallelism\", interview note"},
        {"A1", "Vincent Tommi, \"Concurrency vs Parallelism: Understanding the Difference with "
               "Examples\", DEV Community"},
        {"A2", "Ashish Pratap Singh, \"Concurrency vs Parallelism\", AlgoMaster"},
        {"A3", "\"Understanding Concurrency vs. Parallelization\", Hashnode, 2024"},
        {"A4", "\"Concurrency vs Parallelism\", ByteByteGo, 2024"},
    };
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++)
        if (strcmp(articles[i][0], tag) == 0)
            return articles[i][1];
    return NULL;
}

const char *brg_lab_verdict_name(brg_lab_verdict verdict) {
    static const char *const names[BRG_LAB_VERDICT_COUNT] = {"UNDECIDED", "CONFIRMED", "REFUTED",
                                                             "INCONCLUSIVE", "NOT APPLICABLE"};
    return verdict >= 0 && verdict < BRG_LAB_VERDICT_COUNT ? names[verdict] : "UNDECIDED";
}
