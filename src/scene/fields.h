/* fields.h: the headers of a segment, field by field. For detail.c. */
#ifndef TCPVIZ_SCENE_FIELDS_H
#define TCPVIZ_SCENE_FIELDS_H

#include "scene/detail.h"

/* What fields are made from. */
struct fields {
    struct detail *detail;
    const struct voice *voice;
    const struct session *session;
    const struct row *row;
    struct seg seg;
    int linktype;
    uint8_t layer; /* the one whose fields are being added */
};

/* The next field: its bytes at `at`, clipped to what was captured. Returns where its value goes; NULL: no
 * room. */
struct str *field_add(struct fields *f, const char *name, uint32_t at, uint32_t len);
/* Fields of all headers and of the data, into f->detail. */
void fields_fill(struct fields *f);
/* The TCP header's fields. */
void fields_tcp(struct fields *f);

#endif
