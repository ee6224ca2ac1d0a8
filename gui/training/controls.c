/* The controls: what is to be trained, on what and how; and the buttons. */
#include "training/view.h"
#include "ui/form.h"

static void what_rows(brg_form *form, brg_wish *wish) {
    const char *names[BRG_WISH_NAMES];
    int count = brg_wish_models(names);
    if (brg_form_choice(form, "train_model", "model", &wish->model, names, count,
                        "The networks that ship, or the text of your own in a file."))
        brg_wish_suit_model(wish);
    if (!brg_model_shipped(wish->model))
        brg_form_field(form, "train_file", "its text", wish->file, sizeof wish->file, "a file",
                       "A line each layer: input 1x28x28, conv 16 3x3 relu, maxpool 2x2, dense 10 "
                       "...");
    brg_form_field(form, "train_data", "images", wish->data, sizeof wish->data, "small MNIST",
                   "A folder with the four files of MNIST or Fashion-MNIST; empty: the small "
                   "MNIST that ships. A folder can be dropped on the window.");
}

static void how_rows(brg_form *form, brg_wish *wish) {
    const char *names[BRG_WISH_NAMES];
    brg_form_number(form, "train_epochs", "epochs", &wish->epochs, 1, 1000,
                    "How often it goes through all images.");
    brg_form_number(form, "train_batch", "batch", &wish->batch, 1, 4096,
                    "Images in a step, of which the mean gradient is taken.");
    int count = brg_wish_optimizers(names);
    if (brg_form_choice(form, "train_optimizer", "optimizer", &wish->optimizer, names, count,
                        "How a gradient becomes a step of the weights."))
        brg_wish_suit_optimizer(wish);
    count = brg_wish_schedules(names);
    brg_form_choice(form, "train_schedule", "schedule", &wish->schedule, names, count,
                    "How the learning rate changes: down to 0 as a cosine, not at all, or a tenth "
                    "from half on.");
    brg_form_slider(form, "train_rate", "learning rate, at its highest", "%.5g", &wish->rate, 1e-5f,
                    1, true, "How far a step goes along the gradient.");
    brg_form_field(form, "train_augment", "augment", wish->augment, sizeof wish->augment, "none",
                   "What is done to each image in each epoch, at random and at most: shift=2 "
                   "turn=10 stretch=0.1 flip; none.");
}

/* A device of one unit has no parts. */
static void part_rows(brg_form *form, const brg_app *app, brg_wish *wish) {
    uint32_t units = 1;
    if (!brg_app_device(app, &units) || units < 2)
        return;
    brg_form_number(form, "train_replicas", "replicas", &wish->replicas, 1, (float)units,
                    "Parts of the device, each of which learns from its share of every batch; "
                    "their gradients are added up.");
}

static void file_rows(brg_form *form, brg_wish *wish) {
    brg_form_field(form, "train_save", "save to", wish->save, sizeof wish->save, "nowhere",
                   "A file: written anew after each epoch, at the end, when stopped, and when the "
                   "window closes. Empty: nothing is saved; it may still be named at the end.");
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
    if (brg_form_button(form, "train_stop", "Stop (esc)", false, on && !course->now.stopping))
        brg_course_stop(course);
    static const char *const ids[2] = {"train_save_now", "train_resume"};
    static const char *const labels[2] = {"Save (S)", "Resume (R)"};
    bool enabled[2] = {brg_course_can_save(course), brg_course_can_resume(course)};
    int pressed = brg_form_pair(form, ids, labels, enabled);
    if (pressed == 0)
        brg_course_save(course);
    else if (pressed == 1)
        brg_course_start(course, true);
}

static const char *advice(const brg_course *course) {
    if (course->now.state == BRG_TRAINER_FAILED && course->now.error.hint[0])
        return course->now.error.hint;
    if (brg_course_under_way(course))
        return "What is changed here holds for the next training; but Save writes to the file that "
               "is "
               "named now.";
    if (brg_course_has_learned(course) && course->now.saved_step < 0)
        return course->wish.save[0]
                   ? "Nothing of this training was saved yet: Save writes it to the file above, "
                     "until "
                     "the next one starts."
                   : "Nothing of this training was saved: name a file above, then Save, before the "
                     "next one starts.";
    if (brg_course_can_resume(course))
        return "Start begins anew and writes over the file; Resume goes on from it, bit for bit.";
    return "It trains on threads of its own; the strip below shows what that does to this "
           "window's frames.";
}

void brg_training_controls(brg_training *training, brg_rect place) {
    brg_ui *ui = training->ui;
    brg_course *course = &training->course;
    float scrolled = brg_ui_panel_begin(ui, "training controls", place, BRG_PANEL);
    brg_form form = {ui, place.x + 20, place.y + 16 - scrolled, place.w - 40};
    float top = form.y;
    what_rows(&form, &course->wish);
    how_rows(&form, &course->wish);
    part_rows(&form, course->app, &course->wish);
    file_rows(&form, &course->wish);
    form.y += 6;
    buttons(&form, course);
    form.y += 4;
    brg_form_advice(&form, BRG_FAINT, advice(course));
    brg_ui_line(ui, place.x + place.w - 1, place.y, place.x + place.w - 1, place.y + place.h,
                BRG_LINE);
    brg_ui_panel_end(ui, form.y - top);
}
