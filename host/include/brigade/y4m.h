/* Y4M files: uncompressed video, one picture after the other.
 *
 * What ffmpeg and mjpegtools write: a line of text about the stream, then each picture as planes of
 * luma and chroma. Read are 8-bit 4:2:0, 4:4:4 and mono.
 *
 * Thread safety: different streams may be read from different threads. */
#ifndef BRIGADE_Y4M_H
#define BRIGADE_Y4M_H

#include <stdint.h>

#include "brigade/tensor.h"

typedef struct brg_y4m brg_y4m;

typedef struct brg_y4m_info {
    int64_t width, height; /* pixels */
    int32_t channels;      /* of the pictures: 3, or 1 for mono */
    double frames_per_s;   /* 25 if the file does not say */
} brg_y4m_info;

/* Opens a file and reads its first line. BRG_E_IO, BRG_E_MEMORY; BRG_E_FORMAT if it is no Y4M file;
 * BRG_E_UNSUPPORTED for other planes or more than 8 bits; BRG_E_SHAPE for sides beyond the limits of
 * brigade/image.h. The caller closes the stream. */
BRG_API brg_status brg_y4m_open(const char *path, brg_y4m **out, brg_error *error);
BRG_API void brg_y4m_close(brg_y4m *stream);

BRG_API brg_y4m_info brg_y4m_describe(const brg_y4m *stream);

/* Reads the next picture as u8 {h, w, 3}, or {h, w, 1} for mono. Colours are taken as of BT.601, in
 * 16..235 unless the file says XCOLORRANGE=FULL; chroma is not interpolated. BRG_E_NOT_FOUND after
 * the last; BRG_E_FORMAT if the file is cut off or damaged, BRG_E_IO, BRG_E_MEMORY. The caller
 * releases *frame. */
BRG_API brg_status brg_y4m_read(brg_y4m *stream, brg_tensor **frame, brg_error *error);

/* Goes back to the first picture. BRG_E_IO if the file cannot do that (a pipe). */
BRG_API brg_status brg_y4m_rewind(brg_y4m *stream, brg_error *error);

#endif
