#include "session/pack.h"

#include <string.h>

/* Moves one borrowed text to the room: counts its bytes, and copies them where there is somewhere to put
 * them. Texts end in 0, bytes do not need to; one more byte does for both. */
static void keep(const char **text, size_t len, char **room, size_t *need)
{
    if (!*text)
        return;
    *need += len + 1;
    if (!*room)
        return;
    memcpy(*room, *text, len);
    (*room)[len] = 0;
    *text = *room;
    *room += len + 1;
}

static void keep_text(const char **text, char **room, size_t *need)
{
    keep(text, *text ? strlen(*text) : 0, room, need);
}

static size_t keep_all(struct event *e, char *room)
{
    size_t need = 0;
    switch (e->kind) {
    case EVENT_SEGMENT: {
        const char *bytes = (const char *)e->u.segment.bytes;
        keep(&bytes, e->u.segment.caplen, &room, &need);
        e->u.segment.bytes = (const uint8_t *)bytes;
        break;
    }
    case EVENT_CALL:
        keep_text(&e->u.call.name, &room, &need);
        keep_text(&e->u.call.args, &room, &need);
        keep_text(&e->u.call.errname, &room, &need);
        keep(&e->u.call.data, e->u.call.data_len, &room, &need);
        break;
    case EVENT_COUNTER: keep_text(&e->u.counter.name, &room, &need); break;
    case EVENT_NOTE: keep(&e->u.note.text, e->u.note.len, &room, &need); break;
    case EVENT_SAMPLE:
    case EVENT_LISTENER:
    case EVENT_WIRE:
    case EVENT_STAMP:
    case EVENT_GONE:
    case EVENT_KINDS: break;
    }
    return need;
}

size_t event_room(const struct event *e)
{
    struct event copy = *e;
    return keep_all(&copy, NULL);
}

void event_pack(struct event *out, const struct event *e, char *room)
{
    struct event copy = *e;
    keep_all(&copy, room);
    *out = copy;
}
