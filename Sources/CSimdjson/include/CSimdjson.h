// simdjson's DOM parser behind four C functions.
//
// A parsed document is handed out as simdjson lays it down: a tape of 64-bit words and a buffer of
// unescaped strings (https://github.com/simdjson/simdjson/blob/master/doc/tape.md). The caller walks them
// without a further call into C.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_parser csimdjson_parser;

/// A parsed document; its memory is the parser's, and good until the next parse. Null where the text was refused.
typedef struct {
    const uint64_t *tape;
    const uint8_t *strings;
} csimdjson_document;

/// How many readable bytes must follow the text given to `csimdjson_parse`.
#define CSIMDJSON_PADDING 64

/// A parser for documents nested at most `max_depth` deep. Null when there is no memory.
csimdjson_parser *csimdjson_new(size_t max_depth);
void csimdjson_free(csimdjson_parser *parser);

/// Parses `length` bytes, of which CSIMDJSON_PADDING more must be readable.
csimdjson_document csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t length);

/// Says that texts lie one behind the other in `length` bytes, with white space between them and after the last, and that those up to the
/// next call are given to `csimdjson_parse` in their order. That makes each of them cheaper, and changes nothing else: what is given otherwise
/// is parsed by itself. CSIMDJSON_PADDING more bytes must be readable, and all of them stay as they are until that call, which with a length
/// of 0 only ends it.
void csimdjson_expect(csimdjson_parser *parser, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
