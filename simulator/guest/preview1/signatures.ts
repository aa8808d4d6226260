/**
 * Every function that a core module can import, with its parameters: `i` is i32, `I` is i64. All
 * return an errno as i32, except proc_exit, which does not return. The order is the
 * specification's.
 */
const WASI_PARAMETERS = {
  args_get: 'ii',
  args_sizes_get: 'ii',
  environ_get: 'ii',
  environ_sizes_get: 'ii',
  clock_res_get: 'ii',
  clock_time_get: 'iIi',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ii',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'iiiIi',
  fd_prestat_get: 'ii',
  fd_prestat_dir_name: 'iii',
  fd_pwrite: 'iiiIi',
  fd_read: 'iiii',
  fd_readdir: 'iiiIi',
  fd_renumber: 'ii',
  fd_seek: 'iIii',
  fd_sync: 'i',
  fd_tell: 'ii',
  fd_write: 'iiii',
  path_create_directory: 'iii',
  path_filestat_get: 'iiiii',
  path_filestat_set_times: 'iiiiIIi',
  path_link: 'iiiiiii',
  path_open: 'iiiiiIIii',
  path_readlink: 'iiiiii',
  path_remove_directory: 'iii',
  path_rename: 'iiiiii',
  path_symlink: 'iiiii',
  path_unlink_file: 'iii',
  poll_oneoff: 'iiii',
  proc_exit: 'i',
  proc_raise: 'i',
  sched_yield: '',
  random_get: 'ii',
  sock_accept: 'iii',
  sock_recv: 'iiiiii',
  sock_send: 'iiiii',
  sock_shutdown: 'ii',
} as const;

const BACKSTITCH_PARAMETERS = {
  http_request: 'iiiiiiiiii',
  http_read: 'iiiiii',
  http_close: 'i',
} as const;

export type WasiName = keyof typeof WASI_PARAMETERS;
export type BackstitchName = keyof typeof BACKSTITCH_PARAMETERS;

export const WASI_MODULE = 'wasi_snapshot_preview1';
export const BACKSTITCH_MODULE = 'backstitch';

/** The types of a function as the JavaScript API names them. */
export interface Signature {
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

const WITHOUT_RESULT: ReadonlySet<string> = new Set(['proc_exit']);
const VALUE_TYPES: Readonly<Record<string, string>> = { i: 'i32', I: 'i64' };

function signatures(rows: Readonly<Record<string, string>>): ReadonlyMap<string, Signature> {
  return new Map(
    Object.entries(rows).map(([name, codes]) => [
      name,
      {
        parameters: Array.from(codes, (code) => VALUE_TYPES[code] ?? code),
        results: WITHOUT_RESULT.has(name) ? [] : ['i32'],
      },
    ]),
  );
}

/** What a core module can import: import module, then name. */
export const KNOWN_IMPORTS: ReadonlyMap<string, ReadonlyMap<string, Signature>> = new Map([
  [WASI_MODULE, signatures(WASI_PARAMETERS)],
  [BACKSTITCH_MODULE, signatures(BACKSTITCH_PARAMETERS)],
]);
