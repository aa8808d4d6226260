/** Edits of results as people write them: in the fields that the debugger shows. */
import type { Json, JsonObject } from '../simulator/effects/operation.ts';
import type { ResultEdit } from '../simulator/effects/result-edit.ts';
import { debugErrors } from './debug-error.ts';
import { parseExpression } from './travel/expression-parser.ts';

const encoder = new TextEncoder();

/**
 * Reads fields such as `{"status": 500, "json": {"ok": false}}`. Headers may be an object; the body
 * comes as `json`, or as `body`: a text, or `{"base64": "..."}`. Throws DebugError.
 *
 * @param whole nothing else of the result stays
 */
export function parseEdit(value: unknown, whole: boolean): ResultEdit {
  if (!isObject(value)) throw wrong('an object of fields is wanted');
  const { headers, body, json, bytes: _count, ...rest } = value;
  return {
    whole,
    fields: { ...rest, ...(headers === undefined ? {} : { headers: headerPairs(headers) }) },
    body: bodyOf(body, json),
  };
}

/**
 * One field, by its path in the result: `status`, `json.items[0]`, `headers["content-type"]`.
 *
 * @param shown the fields of the result as it was, which stay around what the path names
 */
export function editAt(path: string, value: Json, shown: JsonObject): ResultEdit {
  const parsed = parseExpression(path);
  if (parsed.kind !== 'path') throw wrong(`${path} names no field of a result`);
  const steps = parsed.root === 'result' ? parsed.steps : [parsed.root, ...parsed.steps];
  const [field, ...inside] = steps;
  if (field === undefined) return parseEdit(value, true);
  return parseEdit({ [field]: replaced(shown[field], inside, value, path) }, false);
}

/** What people type: JSON, or else a text. */
export function typedValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A text without quotes is meant as it is.
    return text;
  }
}

function replaced(
  old: Json | undefined,
  steps: readonly (string | number)[],
  value: Json,
  path: string,
): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(old) && typeof step === 'number' && step < old.length) {
    return old.with(step, replaced(old[step], rest, value, path));
  }
  if (isObject(old) && typeof step === 'string') {
    return { ...old, [step]: replaced(old[step], rest, value, path) };
  }
  throw wrong(`there is nothing at ${path} to be changed`);
}

/** Names of headers are in lower case. */
function headerPairs(headers: Json): Json {
  const pairs = isObject(headers) ? Object.entries(headers) : headers;
  if (!Array.isArray(pairs)) return pairs;
  return pairs.map((pair: Json) =>
    Array.isArray(pair) && typeof pair[0] === 'string'
      ? [pair[0].toLowerCase(), ...pair.slice(1)]
      : pair,
  );
}

function bodyOf(body: Json | undefined, json: Json | undefined): Uint8Array | undefined {
  if (json !== undefined) return encoder.encode(JSON.stringify(json));
  if (body === undefined) return undefined;
  if (typeof body === 'string') return encoder.encode(body);
  const { base64 } = isObject(body) ? body : {};
  if (typeof base64 !== 'string') throw wrong('"body" is a text or {"base64": "..."}');
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw wrong('"body": that is no base64');
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(what: string): Error {
  return debugErrors.badArguments('edit', what);
}
