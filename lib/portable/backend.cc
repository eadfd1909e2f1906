// Registration of backend cpu-portable: complete, simple, always there.
#include "core/backend.h"
#include "portable/portable.h"

namespace numrs {

const Backend* PortableBackend() {
  static const Backend backend = {sizeof(Backend),
                                  kPluginApi,
                                  "cpu-portable",
                                  "NONE",
                                  0,
                                  [] { return 1; },
                                  portable::Unary,
                                  portable::Binary,
                                  portable::Ternary,
                                  portable::Copy,
                                  portable::Reduce,
                                  portable::Scan,
                                  portable::Linalg,
                                  portable::Rolling,
                                  portable::Order,
                                  portable::Stats,
                                  portable::Random,
                                  portable::Fft,
                                  portable::Loss,
                                  portable::Optim,
                                  portable::NnActivation,
                                  portable::NnNorm,
                                  portable::NnConv,
                                  portable::NnAttention};
  return &backend;
}

}  // namespace numrs
