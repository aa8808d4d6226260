import { DebugInfoError } from '../debug-info-error.ts';
import { ATTRIBUTE } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';
import { evaluateLocation } from './evaluate-location.ts';
import type { FrameContext } from './frame-context.ts';
import { locationsOf } from './location-list.ts';
import { BytesStorage, MissingStorage, type Storage } from './storage.ts';
import { NOT_HERE, OPTIMISED_OUT, Unavailable } from './unavailable.ts';

/** Where a variable is at a place of the code. Never throws: what cannot be had says why. */
export function storageOf(entry: Entry, context: FrameContext): Storage {
  try {
    return find(entry, context);
  } catch (error) {
    if (error instanceof Unavailable) return new MissingStorage(error.message);
    if (error instanceof DebugInfoError) return new MissingStorage(error.what);
    throw error;
  }
}

function find(entry: Entry, context: FrameContext): Storage {
  for (const origin of entry.origins()) {
    const location = origin.value(ATTRIBUTE.location);
    if (location !== undefined) {
      const { codeOffset } = context.state;
      for (const { start, end, expression } of locationsOf(origin.unit, location)) {
        if (start <= codeOffset && codeOffset < end) return evaluateLocation(expression, context);
      }
      return new MissingStorage(NOT_HERE);
    }
    const constant = constantOf(origin);
    if (constant !== undefined) return constant;
  }
  return new MissingStorage(OPTIMISED_OUT);
}

const CONSTANT_BYTES = 16;

/** The value of a variable that is the same everywhere. */
function constantOf(entry: Entry): Storage | undefined {
  const value = entry.value(ATTRIBUTE.constantValue);
  if (value?.kind === 'block') {
    const reader = entry.unit.sections.readerOf(value.range);
    return new BytesStorage(reader.slice(reader.remaining, 'a constant'));
  }
  if (value?.kind === 'string')
    return new BytesStorage(new TextEncoder().encode(`${value.text}\0`));
  const number = entry.big(ATTRIBUTE.constantValue);
  if (number === undefined) return undefined;
  const bytes = new Uint8Array(CONSTANT_BYTES).fill(number < 0n ? 0xff : 0);
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, number), true);
  return new BytesStorage(bytes);
}
