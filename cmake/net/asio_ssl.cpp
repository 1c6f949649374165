// The same for its TLS streams: an object of its own, so that what needs no TLS links no OpenSSL.
#include <boost/asio/ssl/impl/src.hpp>
