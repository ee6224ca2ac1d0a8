/* Numbers in text have a decimal point, whatever the program's locale says. */
#ifndef BASE_C_LOCALE_H
#define BASE_C_LOCALE_H

#include <locale.h>

/* Puts this thread into the C locale. Where there is no memory for that it stays where it is. */
static inline locale_t brg_enter_c_locale(locale_t *before) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *before = c ? uselocale(c) : (locale_t)0;
    return c;
}

/* And back into the one before. */
static inline void brg_leave_c_locale(locale_t c, locale_t before) {
    if (!c)
        return;
    uselocale(before);
    freelocale(c);
}

#endif
