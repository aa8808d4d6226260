/** From values as the glue gives them to WAVE text, by their type. */
import { nameText, quoted } from './wave-text.ts';
import { camelCase, isNullable, type TaggedValue } from './wave-values.ts';
import type { WitType } from './wit-type.ts';

/** The value must be one of the type, as the glue makes them. */
export function printValue(value: unknown, type: WitType): string {
  switch (type.kind) {
    case 'string':
      return quoted(value as string, '"');
    case 'char':
      return quoted(value as string, "'");
    case 'f32':
    case 'f64':
      return printFloat(value as number, type.kind);
    case 'list':
      return `[${[...(value as Iterable<unknown>)].map((each) => printValue(each, type.element)).join(', ')}]`;
    case 'tuple': {
      const values = value as readonly unknown[];
      return `(${type.elements.map((element, index) => printValue(values[index], element)).join(', ')})`;
    }
    case 'record':
      return printRecord(value as Readonly<Record<string, unknown>>, type);
    case 'flags': {
      const flags = value as Readonly<Record<string, unknown>>;
      const set = type.names.filter((name) => flags[camelCase(name)] === true);
      return `{${set.map(nameText).join(', ')}}`;
    }
    case 'enum':
      return nameText(value as string);
    case 'variant': {
      const { tag, val } = value as TaggedValue;
      return printCase(nameText(tag), val, type.cases.find(({ name }) => name === tag)?.type);
    }
    case 'option':
      return printOption(value, type);
    case 'result': {
      const { tag, val } = value as TaggedValue;
      return printCase(tag, val, tag === 'ok' ? type.ok : type.err);
    }
    case 'handle':
      return `(${type.what})`;
    default:
      return String(value);
  }
}

function printCase(tag: string, val: unknown, type: WitType | undefined): string {
  return type === undefined ? tag : `${tag}(${printValue(val, type)})`;
}

function printRecord(
  value: Readonly<Record<string, unknown>>,
  { fields }: WitType & { kind: 'record' },
): string {
  if (fields.length === 0) return '{:}';
  const texts = fields.map(
    ({ name, type }) => `${nameText(name)}: ${printValue(value[camelCase(name)], type)}`,
  );
  return `{${texts.join(', ')}}`;
}

function printOption(value: unknown, type: WitType & { kind: 'option' }): string {
  if (isNullable(type)) {
    return value === undefined || value === null ? 'none' : printCase('some', value, type.some);
  }
  const { tag, val } = value as TaggedValue;
  return tag === 'none' ? 'none' : printCase('some', val, type.some);
}

/** The most digits that a number of 32 bits needs to be told from its neighbours. */
const F32_DIGITS_MAX = 9;

function printFloat(value: number, kind: 'f32' | 'f64'): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  if (kind === 'f64') return String(value);
  for (let digits = 1; digits < F32_DIGITS_MAX; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(F32_DIGITS_MAX)));
}
