import type { Json, JsonObject } from '../effects/operation.ts';
import type { StateChange } from './observed.ts';

/**
 * Where a state changed, as paths. Places in lists, and members that were not there before, are `*`:
 * two requests that each add something of their own changed the same.
 */
export function changedPaths({ before, after }: StateChange): ReadonlySet<string> {
  const paths = new Set<string>();
  compare(JSON.parse(before) as Json, JSON.parse(after) as Json, '', paths);
  return paths;
}

function compare(before: Json, after: Json, path: string, paths: Set<string>): void {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++) {
      compareMember(before[index], after[index], `${path}.*`, paths);
    }
    return;
  }
  if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const isOld = Object.hasOwn(before, name) && Object.hasOwn(after, name);
      compareMember(before[name], after[name], `${path}.${isOld ? name : '*'}`, paths);
    }
    return;
  }
  if (before !== after) paths.add(path);
}

function compareMember(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  paths: Set<string>,
): void {
  if (before === undefined || after === undefined) paths.add(path);
  else compare(before, after, path, paths);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
