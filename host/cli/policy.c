/* From the words of the command line to the policy of a job. */
#include "policy.h"

#include <string.h>

static brg_status parse_baselines(const char *text, uint32_t *baselines, brg_error *error) {
    static const struct {
        const char *name;
        uint32_t bit;
    } known[] = {{"sequential", BRG_BASELINE_SEQUENTIAL}, {"naive", BRG_BASELINE_NAIVE}};
    *baselines = 0;
    if (strcmp(text, "none") == 0)
        return BRG_OK;
    for (const char *word = text;; word++) {
        size_t length = strcspn(word, ",");
        uint32_t bit = 0;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (strlen(known[i].name) == length && strncmp(known[i].name, word, length) == 0)
                bit = known[i].bit;
        if (!bit)
            return brg_fail(error, BRG_E_ARGUMENT,
                            "--baselines takes sequential, naive, both with a comma between, or "
                            "none, not \"%s\"",
                            text);
        *baselines |= bit;
        word += length;
        if (!*word)
            return BRG_OK;
    }
}

brg_status cli_policy_apply(const cli_policy *policy, brg_job_desc *desc, brg_error *error) {
    desc->repeats = (int32_t)policy->repeats;
    desc->priority = (int32_t)policy->priority;
    desc->slice_ms = policy->slice_ms;
    desc->baseline_budget_ms = policy->budget_ms;
    if (policy->verify && brg_verify_policy_parse(policy->verify, &desc->verify, error) != BRG_OK)
        return error->status;
    return policy->baselines ? parse_baselines(policy->baselines, &desc->baselines, error) : BRG_OK;
}
