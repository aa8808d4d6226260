/**
 * What stands for the glue's tasks where all calls are synchronous: nothing is kept of a call, so
 * all instances share it.
 */

/** The only task: it begins with a call and ends with it. */
const TASK = Object.freeze({
  id: () => 0,
  componentIdx: () => 0,
  enterSync: () => true,
  resolve: nothing,
  reject: nothing,
  exit: nothing,
  setErrored: nothing,
  setCalleeIsAsync: nothing,
  setReturnMemory: nothing,
  setReturnMemoryIdx: nothing,
  setParentSubtask: nothing,
  getParentSubtask: nothing,
  getLatestSubtask: nothing,
  isResolvedState: () => true,
  isExited: () => true,
  mayBlock: () => false,
});

/** What may be asked of a task. */
export const TASK_METHODS: ReadonlySet<string> = new Set(Object.keys(TASK));

const NEW_TASK = Object.freeze([TASK, TASK.id()]);

function nothing(): undefined {
  return undefined;
}

/**
 * What an instance is asked about itself. One that has trapped is not called again: each is made for
 * one call.
 *
 * @param nameTrap says of an engine's trap what WebAssembly calls it
 */
function synchronousState(nameTrap: (error: WebAssembly.RuntimeError) => unknown): () => object {
  const state = Object.freeze({
    throwIfTrapped: nothing,
    markTrapped: (error: unknown) => {
      if (!(error instanceof WebAssembly.RuntimeError)) return false;
      nameTrap(error);
      return true;
    },
  });
  return () => state;
}

/** By the names that the glue uses. */
export const SYNCHRONOUS_CALLS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['createNewCurrentTask', () => NEW_TASK],
  ['getCurrentTask', nothing],
  ['_getGlobalCurrentTaskMeta', nothing],
  ['_withGlobalCurrentTaskMeta', ({ fn }: { readonly fn: () => unknown }) => fn()],
  ['_trackHostOperation', (operation: () => unknown) => operation()],
  ['_guardMayLeave', (_component: number, call: unknown) => call],
  ['synchronousState', synchronousState],
  ['CURRENT_TASK_MAY_BLOCK', { value: 0 }],
  ['_debugLog', nothing],
]);
