import { Unwind } from '../../effects/operation.ts';
import { ERRNO } from '../../world/files/errno.ts';
import { FileError } from '../../world/files/file-store.ts';
import { argsEnvironCalls } from './args-environ.ts';
import { clockCalls } from './clocks.ts';
import { directoryCalls } from './directory-calls.ts';
import { fdIoCalls } from './fd-io.ts';
import { fdStatusCalls } from './fd-status.ts';
import { GuestError } from './guest-error.ts';
import type { Host, HostCall, HostCalls } from './host.ts';
import { httpCalls } from './http.ts';
import { linkCalls } from './link-calls.ts';
import { pathCalls } from './path-calls.ts';
import { pathOpenCalls } from './path-open.ts';
import { pollCalls } from './poll.ts';
import { processCalls } from './process.ts';
import { randomCalls } from './random.ts';
import {
  BACKSTITCH_MODULE,
  type BackstitchName,
  WASI_MODULE,
  type WasiName,
} from './signatures.ts';
import { socketCalls } from './sockets.ts';

/** A function as WebAssembly calls it; returns an errno, or throws an Unwind. */
export type ImportFunction = (...args: (number | bigint)[]) => number;

/** What an instance of a core module imports, by import module and name. */
export type Preview1Imports = {
  readonly [WASI_MODULE]: Readonly<Record<WasiName, ImportFunction>>;
  readonly [BACKSTITCH_MODULE]: Readonly<Record<BackstitchName, ImportFunction>>;
};

/** Makes the calls of one area for one instance. */
type Area<N extends string> = (host: Host) => Readonly<Record<N, HostCall>>;

/** Which area makes each function; the compiler proves that it does. */
type AreaOf<N extends string> = { readonly [K in N]: Area<K> };

const WASI_AREAS: AreaOf<WasiName> = {
  args_get: argsEnvironCalls,
  args_sizes_get: argsEnvironCalls,
  environ_get: argsEnvironCalls,
  environ_sizes_get: argsEnvironCalls,
  clock_res_get: clockCalls,
  clock_time_get: clockCalls,
  fd_advise: fdStatusCalls,
  fd_allocate: fdStatusCalls,
  fd_close: fdStatusCalls,
  fd_fdstat_get: fdStatusCalls,
  fd_fdstat_set_flags: fdStatusCalls,
  fd_fdstat_set_rights: fdStatusCalls,
  fd_filestat_get: fdStatusCalls,
  fd_filestat_set_size: fdStatusCalls,
  fd_filestat_set_times: fdStatusCalls,
  fd_renumber: fdStatusCalls,
  fd_datasync: fdIoCalls,
  fd_pread: fdIoCalls,
  fd_pwrite: fdIoCalls,
  fd_read: fdIoCalls,
  fd_seek: fdIoCalls,
  fd_sync: fdIoCalls,
  fd_tell: fdIoCalls,
  fd_write: fdIoCalls,
  fd_prestat_get: directoryCalls,
  fd_prestat_dir_name: directoryCalls,
  fd_readdir: directoryCalls,
  path_create_directory: pathCalls,
  path_filestat_get: pathCalls,
  path_filestat_set_times: pathCalls,
  path_link: linkCalls,
  path_readlink: linkCalls,
  path_remove_directory: pathCalls,
  path_rename: linkCalls,
  path_symlink: linkCalls,
  path_unlink_file: pathCalls,
  path_open: pathOpenCalls,
  poll_oneoff: pollCalls,
  proc_exit: processCalls,
  proc_raise: processCalls,
  sched_yield: processCalls,
  random_get: randomCalls,
  sock_accept: socketCalls,
  sock_recv: socketCalls,
  sock_send: socketCalls,
  sock_shutdown: socketCalls,
};

const BACKSTITCH_AREAS: AreaOf<BackstitchName> = {
  http_request: httpCalls,
  http_read: httpCalls,
  http_close: httpCalls,
};

/**
 * The imports of one instance. Functions are made when they are asked for: a module imports a
 * few of them, and making all takes longer than a short replay.
 */
export function importsOf(host: Host): Preview1Imports {
  const maker = new ImportMaker(host);
  return {
    [WASI_MODULE]: new WasiImports(maker) as unknown as Preview1Imports[typeof WASI_MODULE],
    [BACKSTITCH_MODULE]: new BackstitchImports(
      maker,
    ) as unknown as Preview1Imports[typeof BACKSTITCH_MODULE],
  };
}

/** A class whose instances have a property for each function of an import module. */
function lazyModule<N extends string>(areas: AreaOf<N>) {
  class LazyModule {
    constructor(readonly maker: ImportMaker) {}
  }
  for (const name in areas) {
    const area = areas[name];
    Object.defineProperty(LazyModule.prototype, name, {
      enumerable: true,
      get(this: LazyModule) {
        return this.maker.make(name, area);
      },
    });
  }
  return LazyModule;
}

const WasiImports = lazyModule(WASI_AREAS);
const BackstitchImports = lazyModule(BACKSTITCH_AREAS);

/**
 * Makes import functions that turn errors into errnos.
 *
 * I1: an Unwind ends the instance. A guest that catches it (C++ `catch (...)` does) must not go
 * on, so every later call throws it again.
 */
class ImportMaker {
  private readonly host: Host;
  private readonly areas = new Map<Area<never>, HostCalls>();
  private end: Unwind | undefined;

  constructor(host: Host) {
    this.host = host;
  }

  make<N extends string>(name: N, area: Area<N>): ImportFunction {
    let calls = this.areas.get(area);
    if (calls === undefined) {
      calls = area(this.host);
      this.areas.set(area, calls);
    }
    return this.guard(calls[name] as HostCall);
  }

  private guard(call: HostCall): ImportFunction {
    const run = call as (...args: unknown[]) => void;
    // A fixed number of parameters costs less than a rest array; ten are the most there are.
    return (a?, b?, c?, d?, e?, f?, g?, h?, i?, j?) => {
      if (this.end !== undefined) throw this.end;
      try {
        run(a, b, c, d, e, f, g, h, i, j);
        return ERRNO.success;
      } catch (error) {
        if (error instanceof GuestError || error instanceof FileError) return ERRNO[error.code];
        if (error instanceof Unwind) this.end = error;
        throw error;
      }
    };
  }
}
