#include "tui/rescue.h"

#include <errno.h>
#include <unistd.h>

void screen_rescue_do(const struct screen_rescue *r)
{
    if (!r->armed)
        return;
    int keep = errno;
    for (size_t done = 0; done < r->len;) {
        ssize_t n = write(r->fd, r->bytes + done, r->len - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    (void)tcsetattr(r->fd, TCSANOW, &r->modes);
    errno = keep;
}
