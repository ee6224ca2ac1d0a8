/* The controls: what is to be trained, on what and how; and the buttons. */
#include "training/view.h"
#include "ui/form.h"

static void model_rows(brg_form *form, brg_course *course) {
    const char *names[BRG_COURSE_MODELS];
    brg_course_wish *wish = &course->wish;
    int count = brg_course_models(names);
    if (brg_form_choice(form, "train_model", "model", &wish->model, names, count,
                        "The networks that ship; brigade train takes your own as text."))
        brg_course_suit_model(course);
    brg_form_field(form, "train_data", "data", wish->data, sizeof wish->data, "MNIST, small",
                   "A folder with the four files of MNIST or Fashion-MNIST; empty: the small "
                   "MNIST that ships. A folder can be dropped on the window.");
}

static void number_rows(brg_form *form, brg_course *course) {
    const char *names[BRG_COURSE_MODELS];
    uint32_t units = 1;
    brg_course_wish *wish = &course->wish;
    brg_form_number(form, "train_epochs", "epochs", &wish->epochs, 1, 1000,
                    "How often it goes through all images.");
    brg_form_number(form, "train_batch", "batch", &wish->batch, 1, 4096,
                    "Images in a step, of which the mean gradient is taken.");
    int count = brg_course_optimizers(names);
    if (brg_form_choice(form, "train_optimizer", "optimizer", &wish->optimizer, names, count,
                        "How a gradient becomes a step of the weights."))
        brg_course_suit_optimizer(course);
    brg_form_slider(form, "train_rate", "learning rate", "%.5f", &wish->rate, 1e-5f, 1, true,
                    "Of learning, where the schedule is highest.");
    brg_app_device(course->app, &units);
    brg_form_number(form, "train_replicas", "replicas", &wish->replicas, 1, (float)units,
                    "Data parallel on parts of the device, gradients averaged.");
}

static void file_rows(brg_form *form, brg_course *course) {
    brg_course_wish *wish = &course->wish;
    brg_form_field(form, "train_save", "save to", wish->save, sizeof wish->save, "nowhere",
                   "A file: written after each epoch, at the end and when stopped. Empty: nothing "
                   "is saved.");
}

static void buttons(brg_form *form, brg_course *course) {
    bool on = brg_course_under_way(course), paused = on && course->now.paused;
    bool can = on || (course->app->devices_known && course->app->devices.count > 0);
    const char *label = paused ? "Go on (space)" : on ? "Pause (space)" : "Start (space)";
    if (brg_form_button(form, "train_start", label, !on || paused, can)) {
        if (on)
            brg_course_pause(course, !paused);
        else
            brg_course_start(course, false);
    }
    static const char *const ids[2] = {"train_stop", "train_resume"};
    static const char *const labels[2] = {"Stop (esc)", "Resume (R)"};
    bool enabled[2] = {on && !course->now.stopping, brg_course_can_resume(course)};
    int pressed = brg_form_pair(form, ids, labels, enabled);
    if (pressed == 0)
        brg_course_stop(course);
    else if (pressed == 1)
        brg_course_start(course, true);
}

void brg_training_controls(brg_training *training, brg_rect place) {
    brg_ui *ui = training->ui;
    float scrolled = brg_ui_panel_begin(ui, "training controls", place, BRG_PANEL);
    brg_form form = {ui, place.x + 20, place.y + 16 - scrolled, place.w - 40};
    float top = form.y;
    model_rows(&form, &training->course);
    number_rows(&form, &training->course);
    file_rows(&form, &training->course);
    form.y += 6;
    buttons(&form, &training->course);
    form.y += 4;
    brg_form_advice(&form, BRG_FAINT,
                    brg_course_under_way(&training->course)
                        ? "What is changed here holds for the next training."
                        : "The window trains on the engine's thread and keeps its sixty frames a "
                          "second: watch the strip below.");
    brg_ui_line(ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(ui, form.y - top);
}
