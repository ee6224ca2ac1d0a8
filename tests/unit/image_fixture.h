/* What the tests of images share: pictures, a directory to save them in, and what is expected of decoding. */
#ifndef TESTS_UNIT_IMAGE_FIXTURE_H
#define TESTS_UNIT_IMAGE_FIXTURE_H

#include <stdbool.h>

#include "brigade/image.h"

/* A path in a directory that lives as long as the test. */
const char *in_directory(const char *name);

/* A smooth image with a little noise, like a photograph. */
brg_tensor *picture(int64_t h, int64_t w, int64_t c);

/* Loading and decoding must succeed. */
brg_tensor *load(const char *path);
brg_tensor *decode(const unsigned char *data, size_t size);

void expect_shape(const brg_tensor *image, int64_t h, int64_t w, int64_t c);
const uint8_t *pixels_of(const brg_tensor *image);
double mean_difference(const brg_tensor *a, const brg_tensor *b);

/* Decoding must fail with this status, say why, and give no image. */
brg_error expect_damage(const unsigned char *data, size_t size, brg_status expected);
void expect_reason(const unsigned char *data, size_t size, const char *reason);
void expect_text(const char *text, brg_status expected);

/* Any bit changed gives an image or an error, and nothing else. */
void change_everywhere(const unsigned char *data, size_t size);

/* An EXIF block of one tag, in the byte order asked for; returns its size. */
unsigned make_exif(unsigned char block[32], int orientation, bool big_endian);

/* A picture of 16 x 24 whose four corners differ, and what an orientation makes of them. */
uint8_t corners(int y, int x, int component);
bool near(int a, int b);
void expect_corners(const brg_tensor *image, int orientation);

#endif
