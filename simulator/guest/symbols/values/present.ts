import { MissingStorage } from '../locations/storage.ts';
import { Unavailable } from '../locations/unavailable.ts';
import { bareType, type Type } from '../types/type.ts';
import { formatterFor } from './formatters/formatters.ts';
import { presentArray } from './present-array.ts';
import { presentPointer } from './present-pointer.ts';
import { presentRecord } from './present-record.ts';
import type { Presentation } from './presentation.ts';
import { baseText, enumerationText, readInteger } from './scalar.ts';
import type { Value } from './value.ts';

/** How a value is shown. Throws Unavailable. */
export function present(value: Value): Presentation {
  const { storage } = value;
  if (storage instanceof MissingStorage) throw new Unavailable(storage.why);
  const type = bareType(value.type);
  if (type.kind === 'record' && type.incomplete && formatterFor(type) === undefined) {
    throw new Unavailable('its type is only declared in the debug information');
  }
  // Says at once what lies outside of memory, instead of for each of its parts.
  if (storage.address !== undefined) storage.read(0, value.byteLength ?? 0);
  return formatted(value, type) ?? presentPlain(value, type);
}

/** What the formatter of a type makes of a value; undefined when it has none, or cannot. */
function formatted(value: Value, type: Type): Presentation | undefined {
  if (value.options.raw === true) return undefined;
  try {
    return formatterFor(type)?.(value);
  } catch (error) {
    // A value that was not made yet holds anything: its members show what.
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}

function presentPlain(value: Value, type: ReturnType<typeof bareType>): Presentation {
  switch (type.kind) {
    case 'base':
      return scalar('scalar', baseText(value, type));
    case 'enumeration':
      return scalar('enumeration', enumerationText(value, type));
    case 'pointer':
      return presentPointer(value, type);
    case 'record':
      return presentRecord(value, type);
    case 'array':
      return presentArray(value, type);
    case 'member-pointer': {
      const offset = readInteger(value, type.byteLength, true);
      return scalar('pointer', offset === -1n ? 'NULL' : `at byte ${offset} of the object`);
    }
    case 'void':
      return scalar('scalar', type.name.includes('null') ? 'NULL' : type.name);
    case 'function':
      return scalar('function', 'a function');
    case 'unknown':
      throw new Unavailable(`its type cannot be read: ${type.why}`);
  }
}

function scalar(kind: Presentation['kind'], text: string): Presentation {
  return { kind, text: () => text };
}
