/* pv-bench-simdjson FILE: parses every line with simdjson's DOM and does nothing with it. The opponent that
   sets the pace: what it costs only to read the file as JSON. Prints the number of documents. */
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <simdjson.h>

namespace {

/* The window is the largest piece parsed at once; of 256 KiB to 16 MiB this is where simdjson is fastest. */
constexpr size_t window = size_t{1} << 20;

struct Input {
    std::FILE *file;
    std::unique_ptr<char[]> bytes{new char[window + simdjson::SIMDJSON_PADDING]};
    size_t used = 0;
};

[[noreturn]] void fail(const char *name, const char *what)
{
    std::fprintf(stderr, "pv-bench-simdjson: %s: %s\n", name, what);
    std::exit(2);
}

/* Parses the whole lines at the front of the window and returns how many bytes they take. */
size_t parse_lines(simdjson::dom::parser &parser, const Input &input, const char *name, size_t *documents)
{
    const void *last = memrchr(input.bytes.get(), '\n', input.used);
    if (!last)
        fail(name, "a line is longer than the window, or the last one is not ended");
    size_t whole = static_cast<size_t>(static_cast<const char *>(last) + 1 - input.bytes.get());
    simdjson::dom::document_stream stream;
    if (auto error = parser.parse_many(input.bytes.get(), whole, window).get(stream))
        fail(name, simdjson::error_message(error));
    for (auto document : stream) {
        if (document.error())
            fail(name, simdjson::error_message(document.error()));
        ++*documents;
    }
    return whole;
}

} /* namespace */

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fputs("Usage: pv-bench-simdjson FILE\n", stderr);
        return 2;
    }
    Input input{std::fopen(argv[1], "rb")};
    if (!input.file)
        fail(argv[1], std::strerror(errno));
    std::setvbuf(input.file, nullptr, _IONBF, 0);
    simdjson::dom::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
    parser.threaded = false; /* it is CPU time that is compared */
#endif
    size_t documents = 0;
    for (;;) {
        size_t n = std::fread(input.bytes.get() + input.used, 1, window - input.used, input.file);
        if (std::ferror(input.file))
            fail(argv[1], std::strerror(errno));
        input.used += n;
        if (input.used == 0)
            break;
        size_t whole = parse_lines(parser, input, argv[1], &documents);
        input.used -= whole;
        std::memmove(input.bytes.get(), input.bytes.get() + whole, input.used);
    }
    std::fclose(input.file);
    return std::printf("%zu\n", documents) < 0 || std::fflush(stdout) != 0 ? 2 : 0;
}
