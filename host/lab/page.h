/* The lab's results as one HTML page: its parts, each in a file of its own. Text goes to a stream that the
 * caller owns; the thread is in the C locale. */
#ifndef LAB_PAGE_H
#define LAB_PAGE_H

#include <stdio.h>

#include "brigade/lab.h"
#include "brigade/markup.h"

/* The style sheet inside the page. */
extern const char brg_page_style[];

/* "<name>text</name>"; the name may have attributes. A term and what is to be said of it, unless that is NULL or
 * empty. */
void brg_page_element(FILE *out, const char *name, const char *text);
void brg_page_entry(FILE *out, const char *term, const char *text);

/* A verdict's sign and word; the name of a claim's place on the page. */
void brg_page_verdict(FILE *out, brg_lab_verdict verdict);
void brg_page_anchor(FILE *out, const brg_lab_claim *claim);

/* A number as the lab writes it, or "not measured". Returns text. */
const char *brg_page_number(double value, char *text, size_t size);

/* A claim's section. */
void brg_page_claim(FILE *out, const brg_lab_result *result);

/* The plot that a claim asks for, as inline SVG coloured by the style sheet; nothing if there is no data or the
 * timeline is the plot. */
void brg_page_plot(FILE *out, const brg_lab_result *result);

/* A timeline for each picture among the spans. */
void brg_page_lanes(FILE *out, const brg_lab_result *result);

#endif
