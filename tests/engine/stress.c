/* Many threads on one engine, without a test framework, so that ThreadSanitizer and LeakSanitizer see the
 * whole program: submit, cancel, pause, snapshot and trace at once, in place and with copies.
 *
 * Prints one line per engine and returns 1 if a result was wrong or a job was lost. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "brigade/brigade.h"

enum { SUBMITTERS = 4, JOBS_EACH = 25 };

typedef struct submitter {
    brg_engine *engine;
    brg_tensor *a, *b;
    unsigned seed;
    int passed, cancelled, wrong;
} submitter;

static void disturb(submitter *self, brg_job job, int i) {
    if (i % 5 == 1)
        brg_engine_cancel(self->engine, job);
    if (i % 5 == 2) {
        brg_engine_pause(self->engine, job);
        usleep(500);
        brg_engine_resume(self->engine, job);
    }
}

static void count(submitter *self, brg_job job) {
    brg_result result;
    if (brg_engine_wait(self->engine, job, 120) != BRG_OK ||
        brg_engine_result(self->engine, job, &result, NULL) != BRG_OK) {
        self->wrong++;
        return;
    }
    if (result.state == BRG_JOB_DONE && result.verdict.outcome == BRG_PASSED)
        self->passed++;
    else if (result.state == BRG_JOB_CANCELLED)
        self->cancelled++;
    else
        self->wrong++;
    brg_result_release(&result);
    brg_engine_forget(self->engine, job);
}

static void *submit_many(void *user) {
    submitter *self = user;
    for (int i = 0; i < JOBS_EACH; i++) {
        brg_stage stage = {.op = "gemm",
                           .variant = i % 3 ? NULL : "naive",
                           .inputs = {self->a, self->b},
                           .input_count = 2};
        brg_job_desc desc = {.stages = &stage,
                             .stage_count = 1,
                             .priority = i % 2,
                             .slice_ms = i % 4 ? 0 : 0.05,
                             .baselines = i % 7 ? 0 : BRG_BASELINE_SEQUENTIAL};
        brg_job job;
        if (brg_engine_submit(self->engine, &desc, &job, NULL) != BRG_OK) {
            self->wrong++;
            continue;
        }
        disturb(self, job, i);
        count(self, job);
    }
    return NULL;
}

typedef struct watcher {
    brg_engine *engine;
    pthread_mutex_t lock;
    int stop;
} watcher;

static int should_stop(watcher *self) {
    pthread_mutex_lock(&self->lock);
    int stop = self->stop;
    pthread_mutex_unlock(&self->lock);
    return stop;
}

/* What a window does, only faster. */
static void *watch(void *user) {
    watcher *self = user;
    brg_snapshot *snapshot = malloc(sizeof *snapshot);
    brg_span *spans = malloc(1000 * sizeof *spans);
    while (snapshot && spans && !should_stop(self)) {
        brg_engine_snapshot(self->engine, snapshot);
        brg_trace_copy(brg_engine_trace(self->engine), snapshot->taken_ns - 1000000000u, spans, 1000);
        usleep(1000);
    }
    free(snapshot);
    free(spans);
    return NULL;
}

static int stress(brg_transfer transfer) {
    brg_engine_config config = {.transfer = transfer, .capacity = 16};
    brg_engine *engine;
    brg_error error;
    if (brg_engine_create(&config, &engine, &error) != BRG_OK) {
        fprintf(stderr, "%s\n", error.what);
        return 1;
    }
    brg_shape shape = brg_shape_2d(BRG_F32, 97, 97);
    brg_tensor *a = NULL, *b = NULL;
    brg_tensor_create_uniform(&shape, 1, -1, 1, &a, NULL);
    brg_tensor_create_uniform(&shape, 2, -1, 1, &b, NULL);

    watcher eyes = {.engine = engine, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t watching, threads[SUBMITTERS];
    submitter submitters[SUBMITTERS];
    pthread_create(&watching, NULL, watch, &eyes);
    for (int i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (submitter){.engine = engine, .a = a, .b = b};
        pthread_create(&threads[i], NULL, submit_many, &submitters[i]);
    }
    int passed = 0, cancelled = 0, wrong = 0;
    for (int i = 0; i < SUBMITTERS; i++) {
        pthread_join(threads[i], NULL);
        passed += submitters[i].passed;
        cancelled += submitters[i].cancelled;
        wrong += submitters[i].wrong;
    }
    pthread_mutex_lock(&eyes.lock);
    eyes.stop = 1;
    pthread_mutex_unlock(&eyes.lock);
    pthread_join(watching, NULL);
    brg_engine_destroy(engine);
    brg_tensor_release(a);
    brg_tensor_release(b);
    printf("%s: %d passed, %d cancelled, %d wrong\n",
           transfer == BRG_TRANSFER_COPY ? "copy" : "auto", passed, cancelled, wrong);
    return wrong > 0 || passed + cancelled != SUBMITTERS * JOBS_EACH;
}

int main(void) {
    int in_place = stress(BRG_TRANSFER_AUTO), copied = stress(BRG_TRANSFER_COPY);
    return in_place || copied;
}
