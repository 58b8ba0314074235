/* link.h: the link types that are known. */
#ifndef TCPVIZ_CORE_LINK_H
#define TCPVIZ_CORE_LINK_H

#include <stdbool.h>

/* Whether frames of that link type (as pcap files number them) can be decoded. */
bool link_known(int linktype);
/* Its name as pcap has it ("EN10MB"); NULL if it is not known. */
const char *link_name(int linktype);

#endif
