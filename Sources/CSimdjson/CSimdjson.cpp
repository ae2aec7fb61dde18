#include "CSimdjson.h"

#include <algorithm>
#include <new>
#include <simdjson.h>

static_assert(CSIMDJSON_PADDING >= simdjson::SIMDJSON_PADDING, "the padding promised to callers is too small");

struct csimdjson_parser {
    simdjson::dom::parser parser;
    size_t max_depth;
    // The texts that are expected: null where none are, or where something else came.
    const uint8_t *expected = nullptr;
    size_t expected_length = 0;
    simdjson::dom::document_stream stream{};
    simdjson::dom::document_stream::iterator text{};
    bool has_begun = false;

    explicit csimdjson_parser(size_t depth) : max_depth(depth) {
#ifdef SIMDJSON_THREADS_ENABLED
        parser.threaded = false;
#endif
    }

    simdjson::error_code reserve(size_t length) {
        if (parser.capacity() >= length && parser.max_depth() == max_depth) return simdjson::SUCCESS;
        // Grown in steps: a line a little longer than the last must not cost a new allocation.
        size_t room = parser.capacity() * 2 > length ? parser.capacity() * 2 : length;
        return parser.allocate(room < 4096 ? 4096 : room, max_depth);
    }

    // Parses the next of the texts that are expected. False where that is not, by itself, what stands in these bytes.
    bool parse_expected(const uint8_t *bytes, size_t length) {
        if (bytes < expected || bytes + length > expected + expected_length) return false;
        if (has_begun) {
            ++text;
        } else {
            has_begun = true;
            text = stream.begin();
        }
        if ((*text).error()) return false;
        // The texts before it ended before these bytes, so it is the first thing in them; nothing may follow it there.
        std::string_view source = text.source();
        auto begin = reinterpret_cast<const uint8_t *>(source.data());
        auto end = begin + source.size();
        // Where a number or a word ends is not known so well.
        if (begin < bytes || end > bytes + length || (*begin != '{' && *begin != '[')) return false;
        return std::all_of(end, bytes + length, [](uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; });
    }
};

extern "C" csimdjson_parser *csimdjson_new(size_t max_depth) { return new (std::nothrow) csimdjson_parser(max_depth); }

extern "C" void csimdjson_free(csimdjson_parser *parser) { delete parser; }

extern "C" csimdjson_document csimdjson_parse(csimdjson_parser *p, const uint8_t *bytes, size_t length) {
    if (p->expected == nullptr || !p->parse_expected(bytes, length)) {
        p->expected = nullptr;
        if (p->reserve(length) || p->parser.parse(reinterpret_cast<const char *>(bytes), length, false).error()) return {nullptr, nullptr};
    }
    return {p->parser.doc.tape.get(), p->parser.doc.string_buf.get()};
}

extern "C" void csimdjson_expect(csimdjson_parser *p, const uint8_t *bytes, size_t length) {
    p->expected = nullptr;
    if (length == 0 || p->reserve(length)) return;
    // All of them at once: by steps, simdjson would look for where a text ends.
    if (p->parser.parse_many(reinterpret_cast<const char *>(bytes), length, p->parser.capacity()).get(p->stream)) return;
    p->expected = bytes;
    p->expected_length = length;
    p->has_begun = false;
}
