// The only C of the house: what Swift cannot import by itself, in headers and one-line wrappers.
#ifndef BINDERY_CSHIMS_H
#define BINDERY_CSHIMS_H

#include "shims_net.h"
#include "shims_processors.h"
#include "shims_file.h"
#include "shims_crypto.h"
#include "shims_tls.h"
#include "shims_curl.h"

#endif
