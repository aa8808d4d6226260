import assert from 'node:assert/strict';
import {
  type CoreModule,
  checkModule,
  inspectModule,
  ModuleError,
} from '../../../simulator/guest/wasm/index.ts';

/** The ModuleError that `action` throws. */
export function moduleErrorOf(action: () => unknown): ModuleError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ModuleError, `not a ModuleError: ${String(error)}`);
    return error;
  }
  assert.fail('no error was thrown');
}

/** What inspecting and checking a file says against it. */
export function refusalOf(bytes: Uint8Array): ModuleError {
  return moduleErrorOf(() => checkModule(inspectModule(bytes)));
}

export function coreModule(bytes: Uint8Array): CoreModule {
  const info = inspectModule(bytes);
  assert.equal(info.kind, 'module');
  return info as CoreModule;
}
