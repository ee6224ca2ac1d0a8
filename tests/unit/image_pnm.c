/* PNM: every spelling, damage, impossible sizes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "io/codec.h"
#include "unit/image_fixture.h"

Test(image, pnm_in_all_its_spellings) {
    const struct {
        const char *text;
        size_t size;
        int channels, expected; /* of the last sample */
    } cases[] = {
        {"P2 2 1 255 0 200", 16, 1, 200},
        {"P2\n# made by hand\n2 # width\n1\n#max\n255\n0\n200\n", 46, 1, 200},
        {"P2 2 1 4 0 3", 12, 1, 191},
        {"P2 2 1 65535 0 65535", 20, 1, 255},
        {"P2 2 1 1 0 1", 12, 1, 255},
        {"P3 1 1 255 1 2 3", 16, 3, 3},
        {"P5 2 1 255\n\x07\x09", 13, 1, 9},
        {"P5\t2\r\n1 # c\n255 #\x08", 19, 1, '\x08'},
        {"P5 1 1 65535\n\x80\x00", 15, 1, 128},
        {"P5 1 1 1000\n\x01\xf4", 14, 1, 128},
        {"P6 1 1 255 \x01\x02\x03"
         "and more",
         22, 3, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        brg_tensor *image = decode((const unsigned char *)cases[i].text, cases[i].size);
        const brg_shape *shape = brg_tensor_shape(image);
        cr_assert_eq(shape->dims[2], cases[i].channels);
        size_t last = brg_tensor_bytes(image) - 1;
        cr_assert_eq(pixels_of(image)[last], cases[i].expected, "case %zu: %d", i,
                     pixels_of(image)[last]);
        brg_tensor_release(image);
    }
}

Test(image, pnm_that_is_damaged_is_refused) {
    const char *const damaged[] = {
        "P",
        "P2",
        "P5 2",
        "P5 2 2",
        "P5 2 2 255",
        "P5 2 2 255\nabc",
        "P5 2 2 65535\nabcdefg",
        "P2 2 2 255 1 2 3",
        "P2 2 2 255 1 2 3 x",
        "P2 2 2 255 1 2 3 -4",
        "P2 2 2 255 1 2 3 256",
        "P2 2 2 0 1 2 3 4",
        "P2 2 2 65536 1 2 3 4",
        "P2 0 2 255",
        "P2 2 0 255 1 2 3 4",
        "P2 -2 2 255 1 2 3 4",
        "P2 2 2 255 # only a comment",
        "P5 2 2 255#\nabcd",
        "P1 2 2 0 1 1 0",
        "P4 2 2 ab",
        "P7\nWIDTH 1\n",
        "P9 2 2",
        "PX",
        "# P2",
    };
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
        expect_text(damaged[i], BRG_E_FORMAT);
}

Test(image, pnm_of_impossible_size_is_refused) {
    expect_text("P5 65536 1 255\n", BRG_E_SHAPE);
    expect_text("P5 1 65536 255\n", BRG_E_SHAPE);
    expect_text("P5 20000 20000 255\n", BRG_E_SHAPE);
    expect_text("P6 99999999999999999999 99999999999999999999 255\n", BRG_E_SHAPE);
    expect_text("P6 16384 16384 255\nshort", BRG_E_FORMAT);
    expect_text("P3 16384 16384 255\n1 2 3", BRG_E_FORMAT);
}
