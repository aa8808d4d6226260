/** Rights of wasi_snapshot_preview1 in the order of the specification: index = bit. */
const RIGHT_NAMES = [
  'fd_datasync',
  'fd_read',
  'fd_seek',
  'fd_fdstat_set_flags',
  'fd_sync',
  'fd_tell',
  'fd_write',
  'fd_advise',
  'fd_allocate',
  'path_create_directory',
  'path_create_file',
  'path_link_source',
  'path_link_target',
  'path_open',
  'fd_readdir',
  'path_readlink',
  'path_rename_source',
  'path_rename_target',
  'path_filestat_get',
  'path_filestat_set_size',
  'path_filestat_set_times',
  'fd_filestat_get',
  'fd_filestat_set_size',
  'fd_filestat_set_times',
  'path_symlink',
  'path_remove_directory',
  'path_unlink_file',
  'poll_fd_readwrite',
  'sock_shutdown',
  'sock_accept',
] as const;

export type RightName = (typeof RIGHT_NAMES)[number];

/** The bit of each right. All of them fit into a number, though the ABI has 64 bits. */
export const RIGHT = Object.fromEntries(
  RIGHT_NAMES.map((name, bit) => [name, 1 << bit]),
) as Readonly<Record<RightName, number>>;

const RIGHTS_BITS = RIGHT_NAMES.length;

/** Every right there is. */
export const ALL_RIGHTS = 2 ** RIGHTS_BITS - 1;

function union(names: readonly RightName[]): number {
  return names.reduce((bits, name) => bits | RIGHT[name], 0);
}

const EVERYWHERE: readonly RightName[] = [
  'fd_fdstat_set_flags',
  'fd_filestat_get',
  'poll_fd_readwrite',
];

/** What makes sense for each type of descriptor; nothing has more. */
export const RIGHTS_OF = {
  file: union([
    ...EVERYWHERE,
    'fd_datasync',
    'fd_read',
    'fd_seek',
    'fd_sync',
    'fd_tell',
    'fd_write',
    'fd_advise',
    'fd_allocate',
    'fd_filestat_set_size',
    'fd_filestat_set_times',
  ]),
  directory: union([
    ...EVERYWHERE,
    'fd_datasync',
    'fd_sync',
    'path_create_directory',
    'path_create_file',
    'path_link_source',
    'path_link_target',
    'path_open',
    'fd_readdir',
    'path_readlink',
    'path_rename_source',
    'path_rename_target',
    'path_filestat_get',
    'path_filestat_set_size',
    'path_filestat_set_times',
    'fd_filestat_set_times',
    'path_symlink',
    'path_remove_directory',
    'path_unlink_file',
  ]),
  stdin: union([...EVERYWHERE, 'fd_read']),
  output: union([...EVERYWHERE, 'fd_write']),
  listener: union([...EVERYWHERE, 'sock_accept']),
  connection: union([...EVERYWHERE, 'fd_read', 'fd_write', 'sock_shutdown']),
} as const;

/** The known rights among 64 bits of the ABI. */
export function rightsOf(bits: bigint): number {
  return Number(BigInt.asUintN(RIGHTS_BITS, bits));
}

/** Names for messages, such as `fd_read, fd_seek`. */
export function rightNames(rights: number): string {
  return RIGHT_NAMES.filter((name) => (rights & RIGHT[name]) !== 0).join(', ');
}
