#include "core/types.h"

#include <string.h>

static const char *const state_names[STATE_COUNT] = {
#define STATE(id, name, brief) [STATE_##id] = (name),
#include "core/states.def"
};

static const char *const state_briefs[STATE_COUNT] = {
#define STATE(id, name, brief) [STATE_##id] = (brief),
#include "core/states.def"
};

static const char *const label_names[LABEL_COUNT] = {
#define LABEL(id, name, words) [LABEL_##id] = (name),
#include "core/labels.def"
};

static const char *const label_texts[LABEL_COUNT] = {
#define LABEL(id, name, words) [LABEL_##id] = (words),
#include "core/labels.def"
};

static const char *const ws_names[WS_COUNT] = {
#define WS_LABEL(id, name) [WS_##id] = (name),
#include "core/wireshark.def"
};

static const char *const step_names[STEP_COUNT] = {
#define STEP(id, name) [STEP_##id] = (name),
#include "core/steps.def"
};

static const char *const cause_names[CAUSE_COUNT] = {
#define CAUSE(id, name, words) [CAUSE_##id] = (name),
#include "core/causes.def"
};

static const char *const side_names[SIDE_COUNT] = {[SIDE_CLIENT] = "client", [SIDE_SERVER] = "server"};

const char *state_name(enum tcp_state s)
{
    return s < STATE_COUNT ? state_names[s] : NULL;
}

const char *state_brief(enum tcp_state s)
{
    return s < STATE_COUNT ? state_briefs[s] : NULL;
}

const char *label_name(enum label l)
{
    return l < LABEL_COUNT ? label_names[l] : NULL;
}

const char *label_words(enum label l)
{
    return l < LABEL_COUNT ? label_texts[l] : NULL;
}

const char *ws_name(enum ws_label l)
{
    return l < WS_COUNT ? ws_names[l] : NULL;
}

const char *step_name(enum step s)
{
    return s < STEP_COUNT ? step_names[s] : NULL;
}

const char *cause_name(enum cause c)
{
    return c < CAUSE_COUNT ? cause_names[c] : NULL;
}

const char *side_name(enum side s)
{
    return s < SIDE_COUNT ? side_names[s] : NULL;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The index of a name in a table that may have holes; count if it is not there. */
static size_t find(const char *const *names, size_t count, const char *name, size_t len, bool any_case)
{
    for (size_t i = 0; i < count; i++) {
        if (!names[i] || strlen(names[i]) != len)
            continue;
        size_t n = 0;
        while (n < len && (names[i][n] == name[n] || (any_case && upper(names[i][n]) == upper(name[n]))))
            n++;
        if (n == len)
            return i;
    }
    return count;
}

bool label_find(const char *name, size_t len, enum label *out)
{
    size_t i = find(label_names, LABEL_COUNT, name, len, false);
    if (i < LABEL_COUNT)
        *out = (enum label)i;
    return i < LABEL_COUNT;
}

bool state_find(const char *name, size_t len, enum tcp_state *out)
{
    size_t i = find(state_names, STATE_COUNT, name, len, true);
    if (i < STATE_COUNT)
        *out = (enum tcp_state)i;
    return i < STATE_COUNT;
}

bool side_find(const char *name, size_t len, enum side *out)
{
    size_t i = find(side_names, SIDE_COUNT, name, len, false);
    if (i < SIDE_COUNT)
        *out = (enum side)i;
    return i < SIDE_COUNT;
}
