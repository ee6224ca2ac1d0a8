/* The files of the lab's results, written on a thread of its own. */
#ifndef BRIGADE_GUI_LAB_FILES_H
#define BRIGADE_GUI_LAB_FILES_H

/* Writes a desk's saving, `what`, as two files, .html and .json, under a new name made of the date and time: in
 * the working directory or, if that cannot be written to, in $XDG_DATA_HOME/brigade. */
void brg_desk_write(void *what);

#endif
