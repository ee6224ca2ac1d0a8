/* Training by several processes. See train_ranks.h. */
#include "train_ranks.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void silence(cli_ranks *ranks) {
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ranks->mouth = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (nowhere < 0)
        return;
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
}

void cli_ranks_begin(cli_ranks *ranks) {
    *ranks = (cli_ranks){.count = 1, .mouth = -1};
    if (brg_ranks_launched(&ranks->index, &ranks->count) && ranks->index > 0)
        silence(ranks);
}

brg_status cli_ranks_join(cli_ranks *ranks, brg_error *error) {
    return ranks->count > 1 ? brg_ranks_join(&ranks->ranks, error) : BRG_OK;
}

void cli_ranks_speak(cli_ranks *ranks, const brg_error *error) {
    bool own = error->status != BRG_E_RANK_LOST;
    if (ranks->mouth < 0 || !ranks->ranks || !(own || brg_ranks_speaks(ranks->ranks)))
        return;
    dup2(ranks->mouth, STDERR_FILENO);
    fprintf(stderr, "rank %d: ", (int)ranks->index);
}

void cli_ranks_end(cli_ranks *ranks) {
    brg_ranks_leave(ranks->ranks);
    if (ranks->mouth >= 0)
        close(ranks->mouth);
}
