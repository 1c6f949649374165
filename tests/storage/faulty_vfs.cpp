#include "tests/storage/faulty_vfs.hpp"

#include <sqlite3.h>

#include <cstring>

namespace stepwell::storage_test {
namespace {

FaultyDisk disk;

struct File {
    sqlite3_file base;
    sqlite3_file* real;  ///< behind this struct, in the memory that SQLite gave
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

int fails(const std::atomic<int>& error) {
    const int code = error.load();
    if (code != 0) ++disk.failed;
    return code;
}

int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
    if (const int code = fails(disk.read_error)) return code;
    return real(f)->pMethods->xRead(real(f), to, size, at);
}
int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
    if (const int code = fails(disk.write_error)) return code;
    return real(f)->pMethods->xWrite(real(f), from, size, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
    if (const int code = fails(disk.write_error)) return code;
    return real(f)->pMethods->xTruncate(real(f), size);
}
int sync(sqlite3_file* f, int flags) {
    if (const int code = fails(disk.sync_error)) return code;
    ++disk.syncs;
    return real(f)->pMethods->xSync(real(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
    return real(f)->pMethods->xFileSize(real(f), size);
}
int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_lock(sqlite3_file* f, int* out) {
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
int control(sqlite3_file* f, int op, void* arg) {
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}
int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int device(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

constexpr sqlite3_io_methods kMethods = {
    2,       close,  read,   write,   truncate, sync,        file_size, lock,    unlock, check_lock,
    control, sector, device, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* f, int flags, int* out) {
    auto* const file = reinterpret_cast<File*>(f);
    auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
    file->real = reinterpret_cast<sqlite3_file*>(file + 1);
    const int code = below->xOpen(below, name, file->real, flags, out);
    file->base.pMethods = file->real->pMethods != nullptr ? &kMethods : nullptr;
    return code;
}

void register_once() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs* const below = sqlite3_vfs_find(nullptr);
        sqlite3_vfs made = *below;
        made.szOsFile = static_cast<int>(sizeof(File)) + below->szOsFile;
        made.zName = FaultyDisk::kName;
        made.pNext = nullptr;
        made.pAppData = below;
        made.xOpen = open;
        return made;
    }();
    static const int registered = sqlite3_vfs_register(&vfs, 0);
    static_cast<void>(registered);
}

}  // namespace

FaultyDisk& FaultyDisk::mended() {
    register_once();
    disk.write_error = 0;
    disk.sync_error = 0;
    disk.read_error = 0;
    return disk;
}

}  // namespace stepwell::storage_test
