/* Where the photographs and the fonts are. */
#ifndef BRIGADE_GUI_PATHS_H
#define BRIGADE_GUI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a path. */
enum { BRG_PATH = 1024 };

/* Finds a file that ships with the program: beside where it is installed, or in the source tree it
 * was built from. False if it is in neither place. */
bool brg_path_asset(const char *name, char *path, size_t size);

/* Makes a directory and all that lead to it. True if it is there then. */
bool brg_path_make_directories(const char *path);

/* Where programs keep what the user may want to find: $XDG_DATA_HOME/brigade, made if it is not there.
 * False if it cannot be. */
bool brg_path_data(char *path, size_t size);

/* The first font file there is of each kind, or NULL. */
typedef struct brg_font_paths {
    const char *regular, *bold, *mono;
} brg_font_paths;
brg_font_paths brg_path_fonts(void);

#endif
