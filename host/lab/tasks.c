/* Which task's next step is done when: tasks hang on a board, by the time at which they are due. */
#include "lab/tasks.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

typedef struct board_task {
    double due_s;    /* not before; among equals the lowest ticket is next */
    uint64_t ticket; /* drawn each time it is put back */
    int32_t step;
    bool taken, over;
} board_task;

typedef struct task_board {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    board_task tasks[BRG_LAB_TASKS];
    int32_t count, left;
    uint64_t tickets;
    double begun_s;
    brg_lab *lab;
    brg_lab_step *step;
    void *argument;
    bool blocking;
    brg_lab_log *log;
} task_board;

static bool sooner(const board_task *a, const board_task *b) {
    return a->due_s != b->due_s ? a->due_s < b->due_s : a->ticket < b->ticket;
}

/* The task that is due first of those that nobody has taken, or NULL. */
static board_task *next_task(task_board *board) {
    board_task *first = NULL;
    for (int32_t i = 0; i < board->count; i++) {
        board_task *each = &board->tasks[i];
        if (!each->taken && !each->over && (!first || sooner(each, first)))
            first = each;
    }
    return first;
}

/* Sleeps until `due_s`, by the clock of brg_lab_now_s, or until something changes on the board.
 * Holds the mutex before and after. */
static void wait_until(task_board *board, double due_s) {
    struct timespec due = {.tv_sec = (time_t)due_s};
    due.tv_nsec = (long)(1e9 * (due_s - (double)due.tv_sec));
    pthread_cond_timedwait(&board->changed, &board->mutex, &due);
}

/* Waits until a task is due, and takes it; NULL when there are none left. Holds the mutex. */
static board_task *take(task_board *board) {
    while (board->left > 0) {
        board_task *next = next_task(board);
        if (!next) {
            pthread_cond_wait(&board->changed, &board->mutex); /* others have taken all */
        } else if (next->due_s > brg_lab_now_s()) {
            wait_until(board, next->due_s);
        } else {
            next->taken = true;
            return next;
        }
    }
    return NULL;
}

/* Hangs a task up again, due after `wait_s`, or takes it off for good if that is negative. Holds
 * the mutex. */
static void put_back(task_board *board, board_task *task, double wait_s) {
    task->taken = false;
    task->step++;
    task->ticket = board->tickets++;
    task->due_s = brg_lab_now_s() + wait_s;
    task->over = wait_s < 0 || brg_lab_cancelled(board->lab);
    board->left -= task->over;
    pthread_cond_broadcast(&board->changed);
}

/* Holds the mutex. */
static void note(task_board *board, brg_lab_stretch stretch) {
    brg_lab_log *log = board->log;
    stretch.start_s -= board->begun_s;
    stretch.end_s -= board->begun_s;
    if (log->count < BRG_LAB_STRETCHES)
        log->stretches[log->count++] = stretch;
}

/* Does a task's step and, if waiting is the worker's business, waits. Returns the wait that is left
 * to the board. Called without the mutex, returns with it. */
static double serve(task_board *board, const board_task *task, int32_t worker) {
    brg_lab_stretch work = {.task = (int32_t)(task - board->tasks), .step = task->step};
    work.worker = worker;
    work.start_s = brg_lab_now_s();
    double wait_s = board->step(work.task, work.step, board->argument);
    work.end_s = brg_lab_now_s();
    brg_lab_stretch wait = work;
    bool stands = board->blocking && wait_s > 0;
    if (stands) {
        brg_lab_sleep(board->lab, wait_s);
        wait.waiting = true;
        wait.start_s = work.end_s;
        wait.end_s = brg_lab_now_s();
    }
    pthread_mutex_lock(&board->mutex);
    note(board, work);
    if (stands)
        note(board, wait);
    return stands ? 0 : wait_s;
}

/* A worker's day. A blocking one stays with a task until it is over. */
static void work(int32_t worker, void *argument) {
    task_board *board = argument;
    pthread_mutex_lock(&board->mutex);
    for (board_task *task = take(board); task; task = take(board)) {
        double wait_s;
        do {
            pthread_mutex_unlock(&board->mutex);
            wait_s = serve(board, task, worker);
            if (board->blocking && wait_s >= 0)
                task->step++;
        } while (board->blocking && wait_s >= 0 && !brg_lab_cancelled(board->lab));
        put_back(board, task, wait_s);
    }
    pthread_mutex_unlock(&board->mutex);
}

static void hang_up(task_board *board) {
    board->begun_s = brg_lab_now_s();
    for (int32_t i = 0; i < board->count; i++)
        board->tasks[i] = (board_task){.due_s = board->begun_s, .ticket = board->tickets++};
    board->left = board->count;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&board->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&board->mutex, NULL);
}

void brg_lab_tasks_run(brg_lab *lab, int32_t count, brg_lab_step *step, void *argument,
                       const brg_lab_service *service, brg_lab_log *log) {
    task_board board = {
        .count = count < BRG_LAB_TASKS ? count : BRG_LAB_TASKS, .lab = lab, .log = log};
    board.step = step;
    board.argument = argument;
    board.blocking = service->blocking;
    log->count = 0;
    hang_up(&board);
    log->effort = brg_lab_team_run(lab, &(brg_lab_team){.count = service->workers,
                                                        .work = work,
                                                        .argument = &board,
                                                        .one_core = service->one_core});
    pthread_cond_destroy(&board.changed);
    pthread_mutex_destroy(&board.mutex);
}

void brg_lab_tasks_draw(brg_lab *lab, const char *picture, const brg_lab_log *log,
                        bool lane_per_task, const char *const *names) {
    brg_lab_spans_clear(lab, picture);
    for (int32_t i = 0; i < log->count; i++) {
        const brg_lab_stretch *each = &log->stretches[i];
        char task[32], worker[32];
        snprintf(worker, sizeof worker, "worker %d", each->worker + 1);
        snprintf(task, sizeof task, "task %d", each->task + 1);
        const char *name = names && names[each->task] ? names[each->task] : task;
        brg_lab_span_add(lab, picture, lane_per_task ? name : worker, lane_per_task ? worker : name,
                         each->start_s, each->end_s, each->waiting);
    }
}

double brg_lab_task_began(const brg_lab_log *log, int32_t task) {
    double began = (double)NAN;
    for (int32_t i = 0; i < log->count; i++)
        if (log->stretches[i].task == task && !(log->stretches[i].start_s >= began))
            began = log->stretches[i].start_s;
    return began;
}

double brg_lab_task_ended(const brg_lab_log *log, int32_t task) {
    double ended = (double)NAN;
    for (int32_t i = 0; i < log->count; i++)
        if (log->stretches[i].task == task && !(log->stretches[i].end_s <= ended))
            ended = log->stretches[i].end_s;
    return ended;
}

int32_t brg_lab_tasks_under_way(const brg_lab_log *log, int32_t count) {
    int32_t most = 0;
    for (int32_t i = 0; i < count; i++) { /* the most are so when one of them begins */
        double moment = brg_lab_task_began(log, i);
        int32_t now = 0;
        for (int32_t j = 0; j < count; j++)
            now += brg_lab_task_began(log, j) <= moment && brg_lab_task_ended(log, j) > moment;
        most = now > most ? now : most;
    }
    return most;
}
