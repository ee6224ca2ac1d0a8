/* Y4M video: the planes it is made of, and files that are damaged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <brigade/y4m.h>

static char path[64];

static void remove_file(void) {
    unlink(path);
}

TestSuite(y4m, .fini = remove_file, .timeout = 20);

static void write_video(const void *bytes, size_t size) {
    strcpy(path, "/tmp/brigade-y4m-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
    close(fd);
}

/* Opens a video of that header and as many bytes of `value` per picture. */
static brg_y4m *open_video(const char *header, int frames, const uint8_t *planes, size_t size) {
    unsigned char bytes[4096];
    size_t used = strlen(header);
    memcpy(bytes, header, used);
    for (int i = 0; i < frames; i++) {
        memcpy(bytes + used, "FRAME\n", 6);
        memcpy(bytes + used + 6, planes, size);
        used += 6 + size;
    }
    write_video(bytes, used);
    brg_y4m *stream = NULL;
    brg_error error = {0};
    cr_assert_eq(brg_y4m_open(path, &stream, &error), BRG_OK, "%s", error.what);
    return stream;
}

static const uint8_t *pixel(const brg_tensor *frame, int64_t x, int64_t y) {
    const brg_shape *shape = brg_tensor_shape(frame);
    return (const uint8_t *)brg_tensor_data(frame) + (y * shape->dims[1] + x) * shape->dims[2];
}

/* BT.601's definition in double. */
static void expect_colour(const uint8_t *rgb, int luma, int u, int v, bool is_full) {
    double y = is_full ? luma : (luma - 16) * 255.0 / 219, s = is_full ? 1 : 255.0 / 224;
    double want[3] = {y + 1.402 * s * (v - 128), 0, y + 1.772 * s * (u - 128)};
    want[1] = y - s * (0.344136 * (u - 128) + 0.714136 * (v - 128));
    for (int i = 0; i < 3; i++)
        cr_assert_float_eq(rgb[i], fmin(fmax(want[i], 0), 255), 0.52, "%d: %d, not %g", i, rgb[i],
                           want[i]);
}

Test(y4m, quartered_chroma_of_odd_sides) {
    uint8_t planes[15 + 2 * 6];
    for (size_t i = 0; i < sizeof planes; i++)
        planes[i] = (uint8_t)(40 + 7 * i);
    brg_y4m *stream =
        open_video("YUV4MPEG2 W5 H3 F30000:1001 Ip A1:1 C420jpeg\n", 2, planes, sizeof planes);
    brg_y4m_info info = brg_y4m_describe(stream);
    cr_assert(info.width == 5 && info.height == 3 && info.channels == 3);
    cr_assert_float_eq(info.frames_per_s, 29.97, 0.01);
    brg_tensor *frame;
    cr_assert_eq(brg_y4m_read(stream, &frame, NULL), BRG_OK);
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 5; x++)
            expect_colour(pixel(frame, x, y), planes[5 * y + x], planes[15 + y / 2 * 3 + x / 2],
                          planes[21 + y / 2 * 3 + x / 2], false);
    brg_tensor_release(frame);
    brg_y4m_close(stream);
}

Test(y4m, full_chroma_and_full_range) {
    const uint8_t planes[] = {0, 255, 77, 200, 90, 128, 30, 250, 128, 128, 210, 5};
    brg_y4m *stream =
        open_video("YUV4MPEG2 W2 H2 C444 XCOLORRANGE=FULL\n", 1, planes, sizeof planes);
    cr_assert_eq(brg_y4m_describe(stream).frames_per_s, 25);
    brg_tensor *frame;
    cr_assert_eq(brg_y4m_read(stream, &frame, NULL), BRG_OK);
    for (int i = 0; i < 4; i++)
        expect_colour(pixel(frame, i % 2, i / 2), planes[i], planes[4 + i], planes[8 + i], true);
    brg_tensor_release(frame);
    brg_y4m_close(stream);
}

Test(y4m, mono_has_one_channel) {
    const uint8_t planes[] = {16, 235, 126, 0};
    brg_y4m *stream = open_video("YUV4MPEG2 W4 H1 Cmono\n", 1, planes, sizeof planes);
    brg_tensor *frame;
    cr_assert_eq(brg_y4m_read(stream, &frame, NULL), BRG_OK);
    cr_assert_eq(brg_tensor_shape(frame)->dims[2], 1);
    const uint8_t *grey = brg_tensor_data(frame);
    cr_assert(grey[0] == 0 && grey[1] == 255 && grey[2] == 128 && grey[3] == 0);
    brg_tensor_release(frame);
    brg_y4m_close(stream);
}

Test(y4m, ends_and_begins_again) {
    const uint8_t planes[] = {1, 2, 3, 4, 5, 6};
    brg_y4m *stream = open_video("YUV4MPEG2 W2 H2\n", 3, planes, sizeof planes);
    for (int round = 0; round < 2; round++) {
        brg_tensor *frame;
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(brg_y4m_read(stream, &frame, NULL), BRG_OK);
            brg_tensor_release(frame);
        }
        cr_assert_eq(brg_y4m_read(stream, &frame, NULL), BRG_E_NOT_FOUND);
        cr_assert_eq(brg_y4m_rewind(stream, NULL), BRG_OK);
    }
    brg_y4m_close(stream);
}

Test(y4m, other_headers_get_one_sentence) {
    static const struct {
        const char *header;
        brg_status status;
    } rows[] = {
        {"", BRG_E_FORMAT},
        {"RIFF....AVI \n", BRG_E_FORMAT},
        {"YUV4MPEG2 W4 H4", BRG_E_FORMAT},
        {"YUV4MPEG2 W4\n", BRG_E_FORMAT},
        {"YUV4MPEG2 W-4 H4\n", BRG_E_FORMAT},
        {"YUV4MPEG2 W0 H4\n", BRG_E_FORMAT},
        {"YUV4MPEG2 W999999999999999999999 H4\n", BRG_E_SHAPE},
        {"YUV4MPEG2 W65535 H65535\n", BRG_E_SHAPE},
        {"YUV4MPEG2 W4 H4 C422\n", BRG_E_UNSUPPORTED},
        {"YUV4MPEG2 W4 H4 C420p10\n", BRG_E_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        brg_y4m *stream = NULL;
        brg_error error = {0};
        write_video(rows[i].header, strlen(rows[i].header));
        cr_assert_eq(brg_y4m_open(path, &stream, &error), rows[i].status, "%s", rows[i].header);
        cr_assert_null(stream);
        cr_assert(error.what[0]);
        remove_file();
    }
    cr_assert_eq(brg_y4m_open("/nonexistent/a.y4m", &(brg_y4m *){NULL}, NULL), BRG_E_IO);
}

/* However much of the file is missing, the outcome is a picture, the end, or a sentence. */
Test(y4m, cut_off_anywhere_it_is_told) {
    static const char whole[] = "YUV4MPEG2 W2 H2 C420\nFRAME Ip\n123456FRAME\nabcdef";
    const size_t header = 21, second = 21 + 15;
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        brg_y4m *stream = NULL;
        brg_tensor *frame;
        brg_error error = {0};
        write_video(whole, size);
        brg_status status = brg_y4m_open(path, &stream, &error);
        cr_assert_eq(status, size < header ? BRG_E_FORMAT : BRG_OK, "%zu", size);
        for (int read = 0; status == BRG_OK; read++)
            if ((status = brg_y4m_read(stream, &frame, &error)) == BRG_OK) {
                cr_assert_eq(read, 0);
                brg_tensor_release(frame);
            }
        bool at_an_end = size == header || size == second;
        cr_assert_eq(status, at_an_end ? BRG_E_NOT_FOUND : BRG_E_FORMAT, "%zu", size);
        cr_assert(error.what[0]);
        brg_y4m_close(stream);
        remove_file();
    }
}
