#include "CSimdjson.h"

#include <new>
#include <simdjson.h>

static_assert(CSIMDJSON_PADDING >= simdjson::SIMDJSON_PADDING, "the padding promised to callers is too small");

struct csimdjson_parser {
    simdjson::dom::parser parser;
    size_t max_depth;
};

extern "C" csimdjson_parser *csimdjson_new(size_t max_depth) {
    return new (std::nothrow) csimdjson_parser{simdjson::dom::parser(), max_depth};
}

extern "C" void csimdjson_free(csimdjson_parser *parser) { delete parser; }

extern "C" csimdjson_document csimdjson_parse(csimdjson_parser *p, const uint8_t *bytes, size_t length) {
    auto fail = [](simdjson::error_code code) { return csimdjson_document{nullptr, nullptr, 0, static_cast<int32_t>(code)}; };
    // Grown in steps: a line a little longer than the last must not cost a new allocation.
    if (p->parser.capacity() < length || p->parser.max_depth() != p->max_depth) {
        size_t room = p->parser.capacity() * 2 > length ? p->parser.capacity() * 2 : length;
        if (room < 4096) room = 4096;
        if (auto error = p->parser.allocate(room, p->max_depth)) return fail(error);
    }
    simdjson::dom::element root;
    auto error = p->parser.parse(reinterpret_cast<const char *>(bytes), length, false).get(root);
    if (error) return fail(error);
    const auto &document = p->parser.doc;
    // The first tape word's payload is the index just past the last one.
    size_t words = static_cast<size_t>(document.tape[0] & 0x00ffffffffffffffULL);
    return csimdjson_document{document.tape.get(), document.string_buf.get(), words, 0};
}

extern "C" const char *csimdjson_error(int32_t error) {
    return simdjson::error_message(static_cast<simdjson::error_code>(error));
}
