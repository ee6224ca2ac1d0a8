/* The files of the lab's results. See files.h. */
#include "lab/files.h"

#include <brigade/file.h>
#include <brigade/report.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab/desk.h"

static bool put_path(char *path, const char *directory, const char *name, const char *suffix) {
    return snprintf(path, BRG_PATH, "%s/%s%s", directory, name, suffix) < BRG_PATH;
}

static brg_status save_in(brg_desk_saving *saving, const brg_report *report,
                          const char *directory) {
    char name[64];
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    strftime(name, sizeof name, "brigade-lab-%Y%m%d-%H%M%S", &parts);
    if (!put_path(saving->page_path, directory, name, ".html") ||
        !put_path(saving->path, directory, name, ".json"))
        return brg_fail(&saving->error, BRG_E_IO, "\"%.140s\" is too long a path to save under.",
                        directory);
    brg_status status =
        brg_file_write(saving->page_path, saving->page, strlen(saving->page), &saving->error);
    return status == BRG_OK ? brg_report_save(report, saving->path, &saving->error) : status;
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
