/* The claims in order, and the articles that make them. */
#include <string.h>
#include <strings.h>

#include "lab/lab.h"

/* One a line, in order. */
extern const brg_experiment brg_claim_1;
extern const brg_experiment brg_claim_2;
extern const brg_experiment brg_claim_3;
extern const brg_experiment brg_claim_4;
extern const brg_experiment brg_claim_5;
extern const brg_experiment brg_claim_6;
extern const brg_experiment brg_claim_7;
extern const brg_experiment brg_claim_8;
extern const brg_experiment brg_claim_9;
extern const brg_experiment brg_claim_10;
extern const brg_experiment brg_claim_11;
extern const brg_experiment brg_claim_12;
extern const brg_experiment brg_claim_13;
extern const brg_experiment brg_claim_14;
extern const brg_experiment brg_claim_15;
extern const brg_experiment brg_claim_16;
extern const brg_experiment brg_claim_17;
extern const brg_experiment brg_claim_18;
extern const brg_experiment brg_claim_19;
extern const brg_experiment brg_claim_20;
extern const brg_experiment brg_claim_21;
extern const brg_experiment brg_claim_22;
extern const brg_experiment brg_claim_23;
extern const brg_experiment brg_claim_24;
extern const brg_experiment brg_claim_25;
extern const brg_experiment brg_claim_26;
extern const brg_experiment brg_claim_27;
extern const brg_experiment brg_claim_28;
extern const brg_experiment brg_claim_29;
extern const brg_experiment brg_claim_30;
extern const brg_experiment brg_claim_31;
extern const brg_experiment brg_claim_32;
extern const brg_experiment brg_claim_33;
extern const brg_experiment brg_claim_34;
extern const brg_experiment brg_claim_35;
extern const brg_experiment brg_claim_D1;
extern const brg_experiment brg_claim_D2;
extern const brg_experiment brg_claim_D3;
extern const brg_experiment brg_claim_D4;

static const brg_experiment *const experiments[] = {
    &brg_claim_1,  &brg_claim_2,  &brg_claim_3,  &brg_claim_4,  &brg_claim_5,  &brg_claim_6,
    &brg_claim_7,  &brg_claim_8,  &brg_claim_9,  &brg_claim_10, &brg_claim_11, &brg_claim_12,
    &brg_claim_13, &brg_claim_14, &brg_claim_15, &brg_claim_16, &brg_claim_17, &brg_claim_18,
    &brg_claim_19, &brg_claim_20, &brg_claim_21, &brg_claim_22, &brg_claim_23, &brg_claim_24,
    &brg_claim_25, &brg_claim_26, &brg_claim_27, &brg_claim_28, &brg_claim_29, &brg_claim_30,
    &brg_claim_31, &brg_claim_32, &brg_claim_33, &brg_claim_34, &brg_claim_35, &brg_claim_D1,
    &brg_claim_D2, &brg_claim_D3, &brg_claim_D4,
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
    const brg_lab_claim *claim;
    for (int32_t i = 0; (claim = brg_lab_claim_at(i)); i++)
        if (strcasecmp(claim->id, id) == 0)
            return claim;
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
