/** Limits of one simulation; each is named here once, says its unit, and has a test. */

/** Events waiting in one queue. */
export const QUEUED_EVENTS_MAX = 10_000_000;

/** Executions in one simulation. */
export const EXECUTIONS_MAX = 1_000_000;

/** Times that one execution is taken over: a program that is lost this often will not end. */
export const RECOVERIES_MAX = 10_000;

/** Errors of the workspace that one simulation keeps, the first ones. */
export const PROBLEMS_MAX = 1_000;

/** Faults in one plan. */
export const FAULTS_MAX = 10_000;

/** How often the engine sends one call before it gives the failure to the program. */
export const CALL_TRIES_MAX = 10;

/** Bytes of one request or response body. */
export const HTTP_BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Bytes that a person writes to memory at once. */
export const PATCH_BYTES_MAX = 4 * 1024 * 1024;

/** Changes of memory by hand in one simulation. */
export const PATCHES_MAX = 10_000;

/** Bytes waiting in one inbox. */
export const INBOX_BYTES_MAX = 256 * 1024 * 1024;

/** Default of `limits.memoryMiB`. */
export const GUEST_MEMORY_MIB_DEFAULT = 256;

/** Default of `limits.effects`: effects performed by one execution. */
export const GUEST_EFFECTS_DEFAULT = 10_000_000;

/** Bytes in one WebAssembly page. */
export const WASM_PAGE_BYTES = 65_536;
