/** fdflags of the ABI. */
export const FD_FLAG = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const;

export const FD_FLAGS_ALL = 31;

/** With any of these, every write is made durable before it returns. */
export const FD_FLAGS_SYNC = FD_FLAG.dsync | FD_FLAG.rsync | FD_FLAG.sync;
