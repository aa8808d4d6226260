/**
 * Results that a person changes. An edit names fields; what it does not name stays as the world
 * gave it, as far as it belongs to the same form of result, or is left out and made up.
 */
import type { EffectValue, Json, JsonObject } from './operation.ts';
import { type FieldShape, KINDS, RESULT_SHAPES, type ResultShape } from './result-shape.ts';

export interface ResultEdit {
  /** Nothing stays of what the world gave. */
  readonly whole: boolean;
  /** New values of fields, without `body`; null leaves out one that need not be there. */
  readonly fields: JsonObject;
  /** Undefined when the bytes stay. */
  readonly body: Uint8Array | undefined;
}

/** An edit that makes no result of its effect. */
export class ResultEditError extends Error {
  override readonly name = 'ResultEditError';
  readonly code = 'bad-edit';
}

/**
 * What a program is given in place of a result. Throws ResultEditError.
 *
 * @param operation the effect's name
 * @param result what the world gave; undefined to try an edit before that is known
 */
export function editResult(
  operation: string,
  args: EffectValue,
  result: EffectValue | undefined,
  edit: ResultEdit,
): EffectValue {
  const kept = edit.whole ? undefined : result;
  const shape = shapeFor(operation, kept, edit);
  const old = kept as unknown as JsonObject | undefined;
  const fields: Record<string, Json> = {};
  for (const [name, field] of Object.entries(shape.fields)) {
    const value = Object.hasOwn(edit.fields, name)
      ? (edit.fields[name] ?? undefined)
      : (old?.[name] ?? field.fallback);
    if (value === undefined) {
      if (field.fallback !== undefined) throw new ResultEditError(`${name} cannot be left out`);
      continue;
    }
    checkField(name, field, value);
    fields[name] = value;
  }
  if (shape.body === undefined) return fields;
  const body = edit.body ?? kept?.body ?? emptyBody(shape, args);
  checkLength(shape, args, body);
  // Bytes that were given by hand are all that comes.
  if (edit.body !== undefined) delete fields.more;
  return { ...fields, body };
}

/** Of the forms that have all fields of the edit, that of the result, or else the first. */
function shapeFor(
  operation: string,
  result: EffectValue | undefined,
  edit: ResultEdit,
): ResultShape {
  const shapes = RESULT_SHAPES[operation];
  if (shapes === undefined) {
    throw new ResultEditError(
      `results of ${operation} cannot be edited: the engine itself goes on from them`,
    );
  }
  const names = Object.keys(edit.fields);
  const fitting = shapes.filter(
    ({ fields, body }) =>
      names.every((name) => Object.hasOwn(fields, name)) &&
      (edit.body === undefined || body !== undefined),
  );
  const known = Object.keys(result ?? {}).filter((name) => name !== 'body');
  const same = fitting.find(({ fields }) => known.every((name) => Object.hasOwn(fields, name)));
  const shape = (result === undefined ? undefined : same) ?? fitting[0];
  if (shape !== undefined) return shape;
  const forms = shapes.map(({ fields, body }) =>
    [...Object.keys(fields), ...(body === undefined ? [] : ['body'])].join(', '),
  );
  throw new ResultEditError(
    `a result of ${operation} has these fields: ${forms.filter(Boolean).join('; or ')}`,
  );
}

function checkField(name: string, { kind }: FieldShape, value: Json): void {
  if (typeof kind === 'string') {
    if (!KINDS[kind].fits(value)) throw new ResultEditError(`${name} must be ${KINDS[kind].text}`);
  } else if (typeof value !== 'string' || !kind.includes(value)) {
    throw new ResultEditError(`${name} must be one of ${kind.join(', ')}`);
  }
}

function lengthAsked(args: EffectValue): number {
  return Number((args as { readonly length?: number }).length ?? 0);
}

function emptyBody({ body }: ResultShape, args: EffectValue): Uint8Array {
  return new Uint8Array(body === 'exactly' ? lengthAsked(args) : 0);
}

function checkLength({ body: rule }: ResultShape, args: EffectValue, body: Uint8Array): void {
  const asked = lengthAsked(args);
  if (rule === 'exactly' && body.length !== asked) {
    throw new ResultEditError(`the program asked for ${asked} bytes, and takes no other number`);
  }
  if (rule === 'at-most' && body.length > asked) {
    throw new ResultEditError(`the program has room for ${asked} bytes, and got ${body.length}`);
  }
}
