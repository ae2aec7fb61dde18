// wcwidth looks at the thread's locale; this one always looks at a UTF-8 one.
#define _GNU_SOURCE
#include "CSystem.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

static locale_t utf8;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_locale(void) {
    static const char *const names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"};
    for (unsigned i = 0; i < sizeof names / sizeof *names && !utf8; i++) {
        utf8 = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
    }
}

// For a system without any UTF-8 locale: the large blocks of wide scripts, and the common marks.
static int columns_by_block(uint32_t c) {
    if ((c >= 0x300 && c < 0x370) || (c >= 0x20D0 && c < 0x2100)) {
        return 0;
    }
    return (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xF900 && c < 0xFB00)
            || (c >= 0xFE30 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF61) || (c >= 0x1F300 && c < 0x1F650) || (c >= 0x1F900 && c < 0x1FB00)
            || (c >= 0x20000 && c < 0x40000)
        ? 2 : 1;
}

int csystem_columns(uint32_t scalar) {
    pthread_once(&once, open_locale);
    if (!utf8) {
        return columns_by_block(scalar);
    }
    locale_t before = uselocale(utf8);
    int columns = wcwidth((wchar_t)scalar);
    uselocale(before);
    return columns;
}
