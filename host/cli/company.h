/* Who else was using the processors while something was measured. */
#ifndef BRIGADE_CLI_COMPANY_H
#define BRIGADE_CLI_COMPANY_H

/* A glance at the clocks: seconds since the system started. */
typedef struct cli_company {
    double all;  /* of all processors, idle ones too */
    double busy; /* of those that computed */
    double ours; /* of this process */
} cli_company;

cli_company cli_company_now(void);

/* The part of all processors' time that others took since then, 0 to 1; negative if it is not known. */
double cli_company_since(const cli_company *then);

#endif
