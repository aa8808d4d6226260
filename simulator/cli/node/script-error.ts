/** Errors that come out of a script's realm. */
import type { ScriptSource } from '../../world/service-source.ts';

export interface ScriptErrorText {
  /** With the error's name before it, unless that is just `Error`. */
  readonly message: string;
  readonly stack: string;
  readonly code: string;
}

/** An error of another realm is no `instanceof Error` here. */
export function describeScriptError(error: unknown): ScriptErrorText {
  if (typeof error !== 'object' || error === null) {
    return { message: String(error), stack: '', code: '' };
  }
  const { name, message, stack, code } = error as Record<string, unknown>;
  const kind = typeof name === 'string' && name !== 'Error' ? `${name}: ` : '';
  return {
    message: `${kind}${String(message ?? error)}`,
    stack: String(stack ?? ''),
    code: String(code ?? ''),
  };
}

/** The first place in the script's own files that a stack names; else the file that was started. */
export function placeIn(source: ScriptSource, stack: string): string {
  for (const path of source.files.keys()) {
    const at = stack.indexOf(`${path}:`);
    if (at < 0) continue;
    const position = /^:\d+(:\d+)?/.exec(stack.slice(at + path.length));
    if (position !== null) return `${path}${position[0]}`;
  }
  return source.entry;
}
