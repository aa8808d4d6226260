/** From WAVE text to values as the glue takes them, by their type. */
import type { WaveReader } from './wave-text.ts';
import {
  camelCase,
  INTEGERS,
  isNullable,
  isWide,
  listOf,
  type TaggedValue,
} from './wave-values.ts';
import { typeText, type WitCase, type WitField, type WitType } from './wit-type.ts';

/** Throws WaveError. Recursion is bounded by the depth of the type. */
export function parseValue(reader: WaveReader, type: WitType): unknown {
  switch (type.kind) {
    case 'bool':
      return parseWord(reader, type, ['true', 'false']) === 'true';
    case 'char':
      return parseChar(reader);
    case 'string':
      return reader.takeQuoted('"') ?? unexpected(reader, type);
    case 'f32':
    case 'f64':
      return parseNumber(reader, type);
    case 'list':
      return parseList(reader, type);
    case 'tuple':
      return parseTuple(reader, type.elements);
    case 'record':
      return parseRecord(reader, type.fields);
    case 'flags':
      return parseFlags(reader, type.names);
    case 'enum':
      return parseWord(reader, type, type.names);
    case 'variant':
      return parseVariant(reader, type, type.cases);
    case 'option':
      return parseOption(reader, type);
    case 'result':
      return parseResult(reader, type);
    case 'handle':
      return reader.fail(`no text can stand for ${type.what}`);
    default:
      return parseInteger(reader, type.kind);
  }
}

/** The arguments between the parentheses of a call; options at the end may be left out. */
export function parseArguments(reader: WaveReader, params: readonly WitField[]): unknown[] {
  const values: unknown[] = [];
  while (!reader.done) {
    const param = params[values.length];
    if (param === undefined) {
      reader.fail(`it takes ${countText(params.length)}, and here is one more`);
    }
    values.push(parseValue(reader, param.type));
    if (!reader.done) reader.expect(',', 'between arguments');
  }
  for (const { name, type } of params.slice(values.length)) {
    if (type.kind !== 'option') reader.fail(`${name}: ${typeText(type)} is missing`);
    values.push(none(type));
  }
  return values;
}

function countText(count: number): string {
  return count === 1 ? '1 argument' : `${count === 0 ? 'no' : count} arguments`;
}

function unexpected(reader: WaveReader, type: WitType): never {
  return reader.fail(`expected ${typeText(type)}, not ${reader.next}`);
}

/** One of the names of a type, which may be written with a `%`. */
function parseWord(reader: WaveReader, type: WitType, names: readonly string[]): string {
  const start = reader.at;
  const word = reader.takeName()?.replace('%', '');
  if (word !== undefined && names.includes(word)) return word;
  reader.at = start;
  return unexpected(reader, type);
}

function parseChar(reader: WaveReader): string {
  const start = reader.at;
  const text = reader.takeQuoted("'") ?? unexpected(reader, { kind: 'char' });
  return [...text].length === 1 ? text : reader.fail('a char is one character', start);
}

function parseInteger(reader: WaveReader, kind: string): number | bigint {
  const start = reader.at;
  const text = reader.takeNumber();
  const range = INTEGERS[kind];
  if (text === undefined || range === undefined || !/^-?[0-9]+$/.test(text)) {
    reader.at = start;
    return reader.fail(`expected ${kind}, not ${reader.next}`);
  }
  const value = BigInt(text);
  if (value < range.min || value > range.max) {
    reader.fail(`${text} is not a ${kind}: it goes from ${range.min} to ${range.max}`, start);
  }
  return isWide(kind) ? value : Number(value);
}

const SPECIAL_FLOATS = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);

function parseNumber(reader: WaveReader, type: WitType): number {
  const start = reader.at;
  const text = reader.takeNumber();
  if (text === undefined || text === '-nan') {
    reader.at = start;
    return unexpected(reader, type);
  }
  const value = SPECIAL_FLOATS.get(text) ?? Number(text);
  return type.kind === 'f32' ? Math.fround(value) : value;
}

/** Values between marks, separated by commas, of which the last may be followed by one. */
function parseMany(reader: WaveReader, close: string, parse: (index: number) => void): number {
  let count = 0;
  while (!reader.take(close)) {
    parse(count);
    count++;
    if (reader.take(close)) break;
    reader.expect(',', `or ${close}`);
  }
  return count;
}

function parseList(reader: WaveReader, type: WitType & { kind: 'list' }): object {
  const { element, length } = type;
  const start = reader.at;
  if (!reader.take('[')) unexpected(reader, type);
  const values: unknown[] = [];
  parseMany(reader, ']', () => values.push(parseValue(reader, element)));
  if (length !== undefined && values.length !== length) {
    reader.fail(`${typeText(type)} has ${length} elements, and here are ${values.length}`, start);
  }
  return listOf(element, values);
}

function parseTuple(reader: WaveReader, elements: readonly WitType[]): unknown[] {
  const type: WitType = { kind: 'tuple', elements };
  const start = reader.at;
  if (!reader.take('(')) unexpected(reader, type);
  const values: unknown[] = [];
  const count = parseMany(reader, ')', (index) => {
    const element = elements[index];
    if (element === undefined) reader.fail(`${typeText(type)} has no more elements`);
    values.push(parseValue(reader, element));
  });
  if (count < elements.length) reader.fail(`${typeText(type)} has more elements`, start);
  return values;
}

function parseRecord(reader: WaveReader, fields: readonly WitField[]): object {
  const start = reader.at;
  if (!reader.take('{')) unexpected(reader, { kind: 'record', fields });
  const given = new Map<string, unknown>();
  // A record without any field is told from empty flags by a colon.
  if (reader.take(':')) reader.expect('}', 'after {:');
  else {
    parseMany(reader, '}', () => {
      const at = reader.at;
      const name = reader.takeName()?.replace('%', '') ?? reader.fail('expected a field');
      const field = fields.find((each) => each.name === name);
      if (field === undefined) reader.fail(`there is no field ${name}`, at);
      if (given.has(name)) reader.fail(`the field ${name} is given twice`, at);
      reader.expect(':', `after ${name}`);
      given.set(name, parseValue(reader, field.type));
    });
  }
  const entries = fields.map(({ name, type }): [string, unknown] => {
    if (given.has(name)) return [camelCase(name), given.get(name)];
    if (type.kind !== 'option')
      reader.fail(`the field ${name}: ${typeText(type)} is missing`, start);
    return [camelCase(name), none(type)];
  });
  return Object.fromEntries(entries);
}

function parseFlags(reader: WaveReader, names: readonly string[]): object {
  const type: WitType = { kind: 'flags', names };
  if (!reader.take('{')) unexpected(reader, type);
  const given = new Set<string>();
  parseMany(reader, '}', () => given.add(parseWord(reader, type, names)));
  return Object.fromEntries(names.map((name) => [camelCase(name), given.has(name)]));
}

function parseVariant(reader: WaveReader, type: WitType, cases: readonly WitCase[]): TaggedValue {
  const names = cases.map(({ name }) => name);
  const tag = parseWord(reader, type, names);
  const found = cases.find(({ name }) => name === tag);
  if (found?.type === undefined) return { tag };
  return { tag, val: parsePayload(reader, found.type, tag) };
}

function parsePayload(reader: WaveReader, type: WitType, tag: string): unknown {
  reader.expect('(', `after ${tag}`);
  const value = parseValue(reader, type);
  reader.expect(')', `after the payload of ${tag}`);
  return value;
}

function parseOption(reader: WaveReader, type: WitType & { kind: 'option' }): unknown {
  const { some } = type;
  const word = reader.peekName();
  if (word === 'none') {
    reader.takeName();
    return none(type);
  }
  if (word === 'some') {
    reader.takeName();
    return present(type, parsePayload(reader, some, 'some'));
  }
  // Without `some` it would not be clear whose it is.
  if (some.kind === 'option' || some.kind === 'result') return unexpected(reader, type);
  return present(type, parseValue(reader, some));
}

function none(type: WitType): TaggedValue | undefined {
  return isNullable(type) ? undefined : { tag: 'none' };
}

function present(type: WitType, val: unknown): unknown {
  return isNullable(type) ? val : { tag: 'some', val };
}

function parseResult(reader: WaveReader, type: WitType & { kind: 'result' }): TaggedValue {
  const { ok, err } = type;
  const tag = reader.peekName();
  if (tag === 'ok' || tag === 'err') {
    reader.takeName();
    const payload = tag === 'ok' ? ok : err;
    return payload === undefined ? { tag } : { tag, val: parsePayload(reader, payload, tag) };
  }
  if (ok === undefined || ok.kind === 'option' || ok.kind === 'result') {
    return unexpected(reader, type);
  }
  return { tag: 'ok', val: parseValue(reader, ok) };
}
