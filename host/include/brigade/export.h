/* Linkage of the public functions, and the library's version.
 *
 * Everything in brigade's headers is plain C11 with C linkage. The library is built with hidden
 * visibility: only what carries BRG_API can be called from outside. */
#ifndef BRIGADE_EXPORT_H
#define BRIGADE_EXPORT_H

#define BRG_VERSION_MAJOR 0
#define BRG_VERSION_MINOR 1
#define BRG_VERSION_PATCH 0
#define BRG_VERSION_STRING "0.1.0"

#if defined(_WIN32)
#define BRG_EXPORT_SYMBOL
#else
#define BRG_EXPORT_SYMBOL __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define BRG_API extern "C" BRG_EXPORT_SYMBOL
#else
#define BRG_API BRG_EXPORT_SYMBOL
#endif

/* Returns the version of the library that is linked, "major.minor.patch". Thread safe. */
BRG_API const char *brg_version(void);

#endif
