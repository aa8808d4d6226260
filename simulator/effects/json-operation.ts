import { Hash53 } from '../kernel/hash.ts';
import type { EffectClass, EffectValue, Operation } from './operation.ts';

/**
 * An operation whose values are JSON objects with an optional `body`. The keys of its values must
 * be written in the same order every time, because the hash is taken over the JSON text.
 */
export function jsonOperation<A extends EffectValue, R extends EffectValue>(
  name: string,
  effectClass: EffectClass,
): Operation<A, R> {
  return {
    name,
    class: effectClass,
    hash: hashValue,
    argsJson: toJson,
    resultJson: toJson,
    parseArgs: (json, body) => fromJson(json, body) as A,
    parseResult: (json, body) => fromJson(json, body) as R,
  };
}

function hashValue(value: EffectValue): number {
  const hash = new Hash53().text(toJson(value));
  if (value.body !== undefined) hash.bytes(value.body);
  return hash.digest();
}

function toJson(value: EffectValue): string {
  if (value.body === undefined) return JSON.stringify(value);
  const { body: _bytes, ...fields } = value;
  return JSON.stringify(fields);
}

function fromJson(json: string, body: Uint8Array | undefined): EffectValue {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError(`expected a JSON object, found ${json.slice(0, 40)}`);
  }
  return body === undefined ? value : { ...value, body };
}
