/* A stage for the window. See stage.h. Each test is a process of its own, so one stage is enough.
 */
#include "stage.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <brigade/image.h>
#include <brigade/trace.h>

enum { PATIENCE_MS = 180000, MAX_WORDS = 48 };

static struct {
    pid_t display;
    char directory[64];
} stage;

void pause_ms(int ms) {
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static void enter_directory(void) {
    if (stage.directory[0])
        return;
    strcpy(stage.directory, "/tmp/brigade-gui-XXXXXX");
    cr_assert_not_null(mkdtemp(stage.directory));
    cr_assert_eq(chdir(stage.directory), 0);
    setenv("XDG_CONFIG_HOME", stage.directory,
           1); /* what the user's own window remembers is not ours */
}

/* ---- the display ----------------------------------------------------------------------------- */

static bool installed(const char *program) {
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

static void need(const char *program) {
    if (installed(program))
        return;
    fprintf(stderr, "skipped: no %s\n", program);
    cr_skip_test("no %s", program);
}

/* Xvfb picks a free number itself, and says it once it can be connected to. */
static void read_display_number(int from) {
    char text[16] = "", name[24];
    size_t used = 0;
    struct pollfd ready = {.fd = from, .events = POLLIN};
    while (!strchr(text, '\n')) {
        cr_assert_gt(poll(&ready, 1, 20000), 0, "Xvfb does not start");
        ssize_t got = read(from, text + used, sizeof text - 1 - used);
        cr_assert_gt(got, 0, "Xvfb does not start");
        used += (size_t)got;
    }
    snprintf(name, sizeof name, ":%d", atoi(text));
    setenv("DISPLAY", name, 1);
}

void raise_curtain(int w, int h) {
    need("Xvfb");
    need("xdotool");
    enter_directory();
    int ends[2];
    char screen[32], fd[16];
    cr_assert_eq(pipe(ends), 0);
    snprintf(screen, sizeof screen, "%dx%dx24", w, h);
    snprintf(fd, sizeof fd, "%d", ends[1]);
    stage.display = fork();
    cr_assert_geq(stage.display, 0);
    if (stage.display == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        close(ends[0]);
        execlp("Xvfb", "Xvfb", "-displayfd", fd, "-screen", "0", screen, "-nolisten", "tcp", NULL);
        _exit(127);
    }
    close(ends[1]);
    read_display_number(ends[0]);
    close(ends[0]);
}

void drop_curtain(void) {
    char command[128];
    if (stage.display > 0) {
        kill(stage.display, SIGTERM);
        waitpid(stage.display, NULL, 0);
    }
    if (!stage.directory[0])
        return;
    snprintf(command, sizeof command, "rm -rf %s", stage.directory);
    cr_assert_eq(system(command), 0);
}

/* ---- the program ----------------------------------------------------------------------------- */

static void redirect(int to, const char *file) {
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(126);
}

static pid_t start_words(char *text) {
    char *words[MAX_WORDS] = {BRIGADE_GUI}, *rest = text, *word;
    int count = 1;
    while ((word = strtok_r(NULL, " ", &rest)) && count < MAX_WORDS - 1)
        words[count++] = word;
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child > 0)
        return child;
    if (stage.display == 0) {
        unsetenv("DISPLAY");
        unsetenv("WAYLAND_DISPLAY");
    }
    redirect(1, "stdout");
    redirect(2, "stderr");
    execv(BRIGADE_GUI, words);
    _exit(127);
}

void read_text(const char *name, char *text, size_t size) {
    FILE *file = fopen(name, "rb");
    cr_assert_not_null(file, "%s is missing", name);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

outcome finish(pid_t program) {
    outcome result = {.code = -1};
    int status, waited = 0;
    while (waitpid(program, &status, WNOHANG) == 0) {
        if ((waited += 10) > PATIENCE_MS) {
            kill(program, SIGKILL);
            waitpid(program, &status, 0);
            cr_assert_fail("the window did not close within three minutes");
        }
        pause_ms(10);
    }
    if (WIFEXITED(status))
        result.code = WEXITSTATUS(status);
    read_text("stdout", result.out, sizeof result.out);
    read_text("stderr", result.err, sizeof result.err);
    return result;
}

pid_t start(const char *line, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, line);
    vsnprintf(text, sizeof text, line, arguments);
    va_end(arguments);
    enter_directory();
    return start_words(text);
}

outcome run(const char *line, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, line);
    vsnprintf(text, sizeof text, line, arguments);
    va_end(arguments);
    enter_directory();
    return finish(start_words(text));
}

/* ---- files ----------------------------------------------------------------------------------- */

cJSON *read_report(const char *name) {
    static char text[1 << 17];
    read_text(name, text, sizeof text);
    cJSON *report = cJSON_ParseWithOpts(text, NULL, 1);
    cr_assert_not_null(report, "%s is not JSON", name);
    return report;
}

double number(const cJSON *report, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(report, name);
    cr_assert(cJSON_IsNumber(item), "the report has no number %s", name);
    return item->valuedouble;
}

brg_tensor *read_picture(const char *name) {
    brg_tensor *picture = NULL;
    brg_error error = {0};
    cr_assert_eq(brg_image_load(name, &picture, &error), BRG_OK, "%s", error.what);
    return picture;
}

void write_file(const char *name, const void *bytes, size_t size) {
    enter_directory();
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
}

int64_t pixels_of(const brg_tensor *picture, uint32_t colour) {
    const brg_shape *shape = brg_tensor_shape(picture);
    const uint8_t *pixel = brg_tensor_data(picture);
    int64_t found = 0;
    cr_assert_eq(shape->dims[2], 3);
    for (int64_t i = 0; i < shape->dims[0] * shape->dims[1]; i++, pixel += 3)
        found += ((uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2]) == colour;
    return found;
}

/* ---- keys and pointer ------------------------------------------------------------------------ */

static void hand(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void hand(const char *format, ...) {
    char movement[160], command[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(movement, sizeof movement, format, arguments);
    va_end(arguments);
    snprintf(command, sizeof command, "timeout 20 xdotool %s >/dev/null", movement);
    cr_assert_eq(system(command), 0, "xdotool %s", movement);
}

/* What a person leaves between two movements, and a busy machine needs to show the first one's effect. */
static const int between_movements_ms = 300;

/* ---- looking --------------------------------------------------------------------------------- */

/* A report is written to another file and then renamed: one that is there is whole. */
cJSON *look(void) {
    unlink("r.json");
    for (int waited = 0; waited < PATIENCE_MS; waited += 20) {
        if (waited % 2000 == 0) /* a key that nobody saw is pressed again */
            hand("key F9");
        if (access("r.json", F_OK) == 0)
            return read_report("r.json");
        pause_ms(20);
    }
    cr_assert_fail("the window does not answer");
    return NULL;
}

static const cJSON *follow(const cJSON *report, const char *path) {
    char text[128], *rest = text, *word;
    snprintf(text, sizeof text, "%s", path);
    while (report && (word = strtok_r(NULL, ".", &rest)))
        report = cJSON_GetObjectItemCaseSensitive(report, word);
    return report;
}

static bool is_number(const cJSON *item, double least) {
    return item && (cJSON_IsNumber(item) ? item->valuedouble : cJSON_IsTrue(item)) >= least;
}

static bool is_text(const cJSON *item, const char *text) {
    return item && cJSON_IsString(item) && strcmp(item->valuestring, text) == 0;
}

/* Looks until the item of a path is that text or, without one, at least that number. */
static cJSON *await(const char *path, const char *text, double least) {
    for (int waited = 0; waited < PATIENCE_MS / 3; waited += 100) {
        cJSON *report = look();
        const cJSON *item = follow(report, path);
        if (text ? is_text(item, text) : is_number(item, least))
            return report;
        cJSON_Delete(report);
        pause_ms(50);
    }
    cr_assert_fail("%s never became %s", path, text ? text : "so large");
    return NULL;
}

cJSON *await_text(const char *path, const char *text) {
    return await(path, text, 0);
}

void await_done(const char *path, double least) {
    cJSON_Delete(await(path, NULL, least));
}

void await_window(void) {
    hand("search --sync --onlyvisible --name '^Brigade$'");
    await_done("frames", 5);
    await_done("devices_known", 1);
}

cJSON *close_window(pid_t window) {
    hand("key ctrl+q");
    outcome of = finish(window);
    cr_assert_eq(of.code, 0, "%s", of.err);
    return read_report("r.json");
}

static bool has_place(const cJSON *report, const char *widget, int r[4]) {
    const cJSON *places = cJSON_GetObjectItemCaseSensitive(report, "widgets");
    const cJSON *place = cJSON_GetObjectItemCaseSensitive(places, widget);
    for (int i = 0; i < 4 && place; i++)
        r[i] = cJSON_GetArrayItem(place, i)->valueint;
    return place != NULL;
}

/* The place of a widget in window pixels. It may have to be waited for. */
static void find_widget(const char *widget, int r[4]) {
    for (int waited = 0; waited < PATIENCE_MS / 6; waited += 100) {
        cJSON *report = look();
        bool found = has_place(report, widget, r);
        cJSON_Delete(report);
        if (found)
            return;
        pause_ms(50);
    }
    cr_assert_fail("there is no widget %s", widget);
}

/* ---- hands ----------------------------------------------------------------------------------- */

/* Down and up are apart, as a finger's are. */
void click(const char *widget) {
    int r[4];
    find_widget(widget, r);
    hand("mousemove %d %d", r[0] + r[2] / 2, r[1] + r[3] / 2);
    pause_ms(150);
    hand("mousedown 1");
    pause_ms(150);
    hand("mouseup 1");
    pause_ms(between_movements_ms);
}

void hold_key(const char *name) {
    hand("keydown %s", name);
    pause_ms(150);
}

void let_key_go(const char *name) {
    hand("keyup %s", name);
    pause_ms(150);
}

void drag_and_hold(const char *widget, int button, const float from[2], const float to[2],
                   int moves) {
    int r[4];
    find_widget(widget, r);
    for (int i = 0; i <= moves; i++) {
        float t = (float)i / (float)moves;
        int x = r[0] + (int)((float)r[2] * (from[0] + t * (to[0] - from[0])));
        int y = r[1] + (int)((float)r[3] * (from[1] + t * (to[1] - from[1])));
        hand("mousemove %d %d", x, y);
        pause_ms(i == 0 ? 150 : 30);
        if (i > 0)
            continue;
        hand("mousedown %d", button);
        pause_ms(100); /* the window takes up the pointer where it is, not where it went at once */
    }
}

void drag(const char *widget, int button, const float from[2], const float to[2], int moves) {
    drag_and_hold(widget, button, from, to, moves);
    pause_ms(150);
    hand("mouseup %d", button);
    pause_ms(between_movements_ms);
}

void scroll(const char *widget, int clicks) {
    int r[4];
    find_widget(widget, r);
    hand("mousemove %d %d", r[0] + r[2] / 2, r[1] + r[3] / 2);
    pause_ms(150);
    hand("click --repeat %d --delay 50 %d", abs(clicks), clicks > 0 ? 4 : 5);
    pause_ms(between_movements_ms);
}

void press_key(const char *name) {
    hand("keydown %s", name);
    pause_ms(
        150); /* a key that is up again before the next frame was never down for Dear ImGui 1.86 */
    hand("keyup %s", name);
    pause_ms(between_movements_ms);
}

void resize_window(int w, int h) {
    hand("search --name '^Brigade$' windowsize %d %d", w, h);
    pause_ms(500);
}

/* The system counts in hundredths of a second. */
void await_rest(pid_t process) {
    for (int waited = 0; waited < PATIENCE_MS; waited += 1000) {
        double before = processor_seconds(process);
        pause_ms(1000);
        if (processor_seconds(process) - before < 0.015)
            return;
    }
    cr_assert_fail("the window does not come to rest");
}

double processor_seconds(pid_t process) {
    char name[64], text[1024];
    unsigned long user = 0, system_time = 0;
    snprintf(name, sizeof name, "/proc/%d/stat", (int)process);
    read_text(name, text, sizeof text);
    const char *after_name = strrchr(text, ')');
    cr_assert_not_null(after_name);
    int found = sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                       &user, &system_time);
    cr_assert_eq(found, 2);
    return (double)(user + system_time) / (double)sysconf(_SC_CLK_TCK);
}
