/* annot.c: the table of sentences. Every text is a row of annot.def or clause.def; nothing is put together
 * here. */
#include "core/annot.h"

struct sentence {
    uint64_t labels;
    const char *rfc, *brief, *what, *why, *next;
};

static const struct sentence sentences[] = {
    {0, "", "", "", "", ""},
#define ANNOT(id, labels, rfc, brief, what, why, next) {labels, rfc, brief, what, why, next},
#include "core/annot.def"
};
_Static_assert(COUNT_OF(sentences) == ANNOT_COUNT, "a sentence for each id");

struct clause {
    const char *brief, *what;
};

static const struct clause clauses[] = {
#define CLAUSE(label, brief, what) [LABEL_##label] = {brief, what},
#include "core/clause.def"
};
_Static_assert(COUNT_OF(clauses) == LABEL_COUNT, "a clause for each label");

static const struct clause other_clauses[LABEL_COUNT] = {
#define CLAUSE(label, brief, what)
#define INSTEAD(label, brief, what) [LABEL_##label] = {brief, what},
#include "core/clause.def"
};

static const struct sentence *sentence_of(enum annot_id id)
{
    return &sentences[id < ANNOT_COUNT ? id : ANNOT_NONE];
}

const char *annot_brief(enum annot_id id)
{
    return sentence_of(id)->brief;
}

const char *annot_what(enum annot_id id)
{
    return sentence_of(id)->what;
}

const char *annot_why(enum annot_id id)
{
    return sentence_of(id)->why;
}

const char *annot_next(enum annot_id id)
{
    return sentence_of(id)->next;
}

const char *annot_rfc(enum annot_id id)
{
    return sentence_of(id)->rfc;
}

uint64_t annot_labels(enum annot_id id)
{
    return sentence_of(id)->labels;
}

static const struct clause *clause_of(enum label l, bool usual)
{
    return usual || !other_clauses[l].brief ? &clauses[l] : &other_clauses[l];
}

const char *clause_brief(enum label l, bool usual)
{
    return clause_of(l, usual)->brief;
}

const char *clause_what(enum label l, bool usual)
{
    return clause_of(l, usual)->what;
}
