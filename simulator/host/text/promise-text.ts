/** A promise as a person reads about it. */
import { visibleText } from './bytes-text.ts';

/** Most promises belong to an execution, whose id then comes before the first slash. */
const OWNED = /^([^/]+-\d+)\/(.+)$/s;

/** `order-1 waits for the promise approval`. */
export function promiseWaitText(promise: string): string {
  const [, owner = 'the program', name = promise] = OWNED.exec(promise) ?? [];
  return `${visibleText(owner)} waits for the promise ${visibleText(name)}`;
}

/** `approval` for its owner, and `order-1/approval` for everybody else. */
export function promiseNameFor(promise: string, execution: string): string {
  const [, owner, name = promise] = OWNED.exec(promise) ?? [];
  return visibleText(owner === execution ? name : promise);
}
