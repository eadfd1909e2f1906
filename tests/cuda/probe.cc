// Opens the plug-in as the library does and says what it finds: milliseconds of dlopen, then the probe's answer.
//   probe FILE [wrong]: with a host of another interface
#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "core/device.h"

using namespace numrs;

namespace {
char message[kMessageBytes];
Status SayFail(Status status, const char* text) {
  std::snprintf(message, sizeof(message), "%s", text);
  return status;
}
}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const auto start = std::chrono::steady_clock::now();
  void* library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
  if (!library) {
    std::printf("dlopen: %s\n", dlerror());
    return 1;
  }
  const auto entry = reinterpret_cast<PluginEntry>(dlsym(library, "numrs_plugin"));
  if (!entry) return 1;
  HostApi host{};
  host.struct_size = sizeof(host);
  host.plugin_api = count > 2 ? kDeviceApi + 1 : kDeviceApi;
  host.fail = SayFail;
  const DeviceApi* api = entry(&host);
  if (!api) {
    std::printf("refused: %s\n", message);
    return count > 2 ? 0 : 1;
  }
  int32_t devices = -1;
  char why[256] = "";
  const Status status = api->probe(&devices, why, sizeof(why));
  std::printf("ms %.3f\nkind %s\nstatus %d\ndevices %d\nwhy %s\n", spent.count(), api->kind, static_cast<int>(status),
              devices, why);
  return (status == NUMRS_OK) == (devices > 0) ? 0 : 1;
}
