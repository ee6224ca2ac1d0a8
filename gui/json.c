/* JSON text. See json.h. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

brg_status brg_json_open(brg_json *json, brg_error *error) {
    memset(json, 0, sizeof *json);
    json->stream = open_memstream(&json->bytes, &json->length);
    return json->stream ? BRG_OK
                        : brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
}

void brg_json_string(brg_json *json, const char *text) {
    FILE *stream = json->stream;
    fputc('"', stream);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else if (c < 0x20)
            fprintf(stream, "\\u%04x", c);
        else
            fputc(c, stream);
    }
    fputc('"', stream);
}

const char *brg_json_bool(bool value) {
    return value ? "true" : "false";
}

brg_status brg_json_close(brg_json *json, brg_report *report, const char *name, brg_error *error) {
    brg_status status = fclose(json->stream) == 0
                            ? brg_report_json(report, name, json->bytes, error)
                            : brg_fail(error, BRG_E_MEMORY, "There is no memory for the report.");
    free(json->bytes);
    return status;
}
