/* The screen as somebody sees it who sits in front of it. See screen.h. */
#include "screen.h"

#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xdamage.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stop.h"

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- the server ------------------------------------------------------------------------------ */

static void become_server(int number_end, int other_end) {
    char fd[16];
    int nowhere = open("/dev/null", O_RDWR);
    snprintf(fd, sizeof fd, "%d", number_end);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    close(other_end);
    execlp("Xvfb", "Xvfb", "-displayfd", fd, "-screen", "0", "1280x800x24", "-nolisten", "tcp",
           NULL);
    _exit(127);
}

/* Xvfb picks a free number itself, and says it once it can be connected to. */
static void start_server(screen *s) {
    int ends[2];
    char number[16] = "", name[24];
    size_t used = 0;
    if (pipe(ends) != 0 || (s->server = fork()) < 0)
        stop("Xvfb cannot be started.");
    if (s->server == 0)
        become_server(ends[1], ends[0]);
    close(ends[1]);
    while (!strchr(number, '\n')) {
        struct pollfd ready = {.fd = ends[0], .events = POLLIN};
        ssize_t got =
            poll(&ready, 1, 20000) > 0 ? read(ends[0], number + used, sizeof number - 1 - used) : 0;
        if (got <= 0)
            skip("no Xvfb that starts.");
        used += (size_t)got;
    }
    close(ends[0]);
    snprintf(name, sizeof name, ":%d", atoi(number));
    setenv("DISPLAY", name, 1);
    unsetenv("WAYLAND_DISPLAY");
}

static void need_extensions(screen *s) {
    int unused, major, minor;
    if (!XDamageQueryExtension(s->display, &s->damage_event, &unused) ||
        !XDamageQueryVersion(s->display, &major, &minor))
        skip("no DAMAGE extension on this display.");
    if (!XTestQueryExtension(s->display, &unused, &unused, &major, &minor))
        skip("no XTEST extension on this display.");
}

/* Windows come and go: one that is gone is no reason to end. */
static int overlook(Display *display, XErrorEvent *error) {
    (void)display;
    (void)error;
    return 0;
}

void screen_open(screen *s, bool use_display) {
    memset(s, 0, sizeof *s);
    if (!use_display)
        start_server(s);
    s->display = XOpenDisplay(NULL);
    if (!s->display)
        skip("no display that can be connected to.");
    XSetErrorHandler(overlook);
    s->root = DefaultRootWindow(s->display);
    need_extensions(s);
    XDamageCreate(s->display, s->root, XDamageReportRawRectangles);
    XSync(s->display, False);
}

void screen_close(screen *s) {
    if (s->display)
        XCloseDisplay(s->display);
    s->display = NULL;
    if (s->server > 0) {
        kill(s->server, SIGTERM);
        waitpid(s->server, NULL, 0);
    }
    s->server = 0;
}

/* ---- looking --------------------------------------------------------------------------------- */

/* False when nothing has come by then. */
static bool await_message(screen *s, uint64_t until_ns) {
    struct pollfd ready = {.fd = ConnectionNumber(s->display), .events = POLLIN};
    while (XPending(s->display) == 0) {
        uint64_t now = now_ns();
        if (now >= until_ns)
            return false;
        struct timespec rest = {(time_t)((until_ns - now) / 1000000000u),
                                (long)((until_ns - now) % 1000000000u)};
        ppoll(&ready, 1, &rest, NULL);
    }
    return true;
}

bool screen_change(screen *s, uint64_t until_ns, change *c) {
    while (await_message(s, until_ns)) {
        XEvent event;
        XNextEvent(s->display, &event);
        if (event.type != s->damage_event + XDamageNotify)
            continue;
        XRectangle r = ((const XDamageNotifyEvent *)&event)->area;
        *c = (change){now_ns(), {r.x, r.y, r.width, r.height}};
        return true;
    }
    return false;
}

void screen_look(screen *s, area where, picture *p) {
    p->count = 0;
    XImage *image = XGetImage(s->display, s->root, where.x, where.y, (unsigned)where.w,
                              (unsigned)where.h, AllPlanes, ZPixmap);
    if (!image)
        return;
    for (int y = 0; y < where.h; y++)
        for (int x = 0; x < where.w && p->count < MAX_PIXELS; x++)
            p->pixels[p->count++] = (uint32_t)XGetPixel(image, x, y);
    XDestroyImage(image);
}

bool screen_differs(screen *s, area where, const picture *p) {
    picture now;
    screen_look(s, where, &now);
    return now.count != p->count ||
           memcmp(now.pixels, p->pixels, (size_t)now.count * sizeof *now.pixels) != 0;
}

static bool overlap(area a, area b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static uint64_t await(screen *s, area where, const picture *p, bool different, uint64_t until_ns) {
    change c;
    while (screen_change(s, until_ns, &c))
        if (overlap(c.where, where) && screen_differs(s, where, p) == different)
            return now_ns();
    return 0;
}

uint64_t screen_await_change(screen *s, area where, const picture *p, uint64_t until_ns) {
    return await(s, where, p, true, until_ns);
}

uint64_t screen_await_look(screen *s, area where, const picture *p, uint64_t until_ns) {
    return screen_differs(s, where, p) ? await(s, where, p, false, until_ns) : now_ns();
}

void screen_pause(screen *s, double ms) {
    change forgotten;
    uint64_t until_ns = now_ns() + (uint64_t)(1e6 * ms);
    while (screen_change(s, until_ns, &forgotten))
        ;
}

/* ---- the hand -------------------------------------------------------------------------------- */

void screen_point(screen *s, int x, int y) {
    XTestFakeMotionEvent(s->display, -1, x, y, CurrentTime);
    XFlush(s->display);
}

void screen_key(screen *s, const char *key, bool down) {
    KeyCode code = XKeysymToKeycode(s->display, XStringToKeysym(key));
    XTestFakeKeyEvent(s->display, code, down, CurrentTime);
    XFlush(s->display);
}

/* The window of that name, if it can be seen, or None. */
static Window find(screen *s, const char *name, area *where) {
    Window root, parent, *children = NULL, found = None;
    unsigned count = 0;
    if (!XQueryTree(s->display, s->root, &root, &parent, &children, &count))
        return None;
    for (unsigned i = 0; i < count && found == None; i++) {
        char *title = NULL;
        XWindowAttributes a;
        if (XFetchName(s->display, children[i], &title) && strcmp(title, name) == 0 &&
            XGetWindowAttributes(s->display, children[i], &a) && a.map_state == IsViewable) {
            *where = (area){a.x, a.y, a.width, a.height};
            found = children[i];
        }
        if (title)
            XFree(title);
    }
    if (children)
        XFree(children);
    return found;
}

bool screen_find(screen *s, const char *name, area *where) {
    return find(s, name, where) != None;
}

void screen_resize(screen *s, const char *name, int w, int h) {
    area was;
    Window window = find(s, name, &was);
    if (window != None)
        XResizeWindow(s->display, window, (unsigned)w, (unsigned)h);
    XFlush(s->display);
}
