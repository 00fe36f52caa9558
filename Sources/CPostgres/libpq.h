// The C library of PostgreSQL, as Debian's libpq-dev has it; where it lies, pkg-config says.
#include <libpq-fe.h>

// Fields of an error, which Swift cannot import as the character constants that they are.
enum {
    bindery_diagnosis_severity = PG_DIAG_SEVERITY_NONLOCALIZED,
    bindery_diagnosis_state = PG_DIAG_SQLSTATE,
    bindery_diagnosis_message = PG_DIAG_MESSAGE_PRIMARY,
};
