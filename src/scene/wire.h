/* wire.h: the wire in words and pictures, without a device. */
#ifndef TCPVIZ_SCENE_WIRE_H
#define TCPVIZ_SCENE_WIRE_H

#include "scene/say.h"

/* What became of a frame, of a row that is a wire event: short for the ladder, and whole. */
void say_wire(struct str *out, const struct voice *v, const struct session *s, const struct row *r);
void say_wire_whole(struct str *out, const struct voice *v, const struct session *s, const struct row *r);

#endif
