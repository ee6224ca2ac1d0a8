/* The file of the lab's results. See files.h. */
#include "lab/files.h"

#include <brigade/report.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lab/desk.h"

static brg_status save_in(brg_desk_saving *saving, const brg_report *report,
                          const char *directory) {
    char name[64];
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    strftime(name, sizeof name, "brigade-lab-%Y%m%d-%H%M%S.json", &parts);
    int length = snprintf(saving->path, sizeof saving->path, "%s/%s", directory, name);
    if ((size_t)length >= sizeof saving->path)
        return brg_fail(&saving->error, BRG_E_IO, "\"%.140s\" is too long a path to save under.",
                        directory);
    return brg_report_save(report, saving->path, &saving->error);
}

static brg_status save(brg_desk_saving *saving, const brg_report *report) {
    char directory[BRG_PATH];
    const char *here = getcwd(directory, sizeof directory) ? directory : ".";
    brg_status status = save_in(saving, report, here);
    if (status == BRG_E_IO && brg_path_data(directory, sizeof directory))
        status = save_in(saving, report, directory);
    return status;
}

void brg_desk_write(void *what) {
    brg_desk_saving *saving = what;
    brg_report *report = NULL;
    saving->status = brg_report_create("lab", &report, &saving->error);
    if (saving->status == BRG_OK)
        saving->status = brg_report_json(report, "results", saving->json, &saving->error);
    if (saving->status == BRG_OK)
        saving->status = save(saving, report);
    brg_report_destroy(report);
}
