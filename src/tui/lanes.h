/* lanes.h: frames that are under way in the same direction at the same time have a column each, so that the
 * one that is held and the one that is lost can be told apart: who is ahead stands further on. Pure. */
#ifndef TCPVIZ_TUI_LANES_H
#define TCPVIZ_TUI_LANES_H

#include "tui/slant.h"

enum { LANE_LINES = 512 /* that a frame may be under way for, to be drawn */ };

/* A frame with room for what its slant points to; last - first < LANE_LINES. */
struct lane {
    struct slant slant;
    uint16_t come[LANE_LINES];
    int16_t place[LANE_LINES];
};

/* Fills `place` of all, in the order in which they left, from what they had come; whole: cells from one side
 * to the other; lines from 0 to below `rows` are seen. Where there are more than columns, the foremost share
 * one. */
void lanes_place(struct lane *lane, size_t count, int whole, int rows);

#endif
