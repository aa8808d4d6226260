import type { RecordType, Type } from '../../types/type.ts';
import { CPP_MAPS } from './cpp-map.ts';
import { CPP_SEQUENCES } from './cpp-sequence.ts';
import { CPP_TEXT } from './cpp-text.ts';
import { CPP_WRAPPERS } from './cpp-wrapper.ts';
import type { Formatter } from './formatter.ts';
import { RUST_MAPS } from './rust-map.ts';
import { rustPointer, rustSlice } from './rust-pointer.ts';
import { RUST_SEQUENCES } from './rust-sequence.ts';
import { RUST_WRAPPERS } from './rust-wrapper.ts';
import { zigRecord } from './zig.ts';

const CPP: ReadonlyMap<string, Formatter> = new Map([
  ...CPP_TEXT,
  ...CPP_SEQUENCES,
  ...CPP_MAPS,
  ...CPP_WRAPPERS,
]);

const RUST: ReadonlyMap<string, Formatter> = new Map([
  ...RUST_SEQUENCES,
  ...RUST_MAPS,
  ...RUST_WRAPPERS,
]);

const RUST_LIBRARY = /^(?:alloc|core|std|hashbrown)::(?:\w+::)*(\w+)$/;

/** The formatter of a type, by its language and name; undefined when it has none. */
export function formatterFor(type: Type): Formatter | undefined {
  // Only Rust's pointers have names.
  if (type.kind === 'pointer') return type.name === undefined ? undefined : rustPointer(type.name);
  if (type.kind !== 'record' || type.name === undefined) return undefined;
  return formatterOf(type, type.name);
}

function formatterOf({ language, members }: RecordType, name: string): Formatter | undefined {
  switch (language) {
    case 'c++':
      if (!name.startsWith('std::')) return undefined;
      // libc++ has all of it in a namespace that names its version.
      return CPP.get(withoutParameters(name).replace(/^std::(?:__\w+::)*/, ''));
    case 'rust': {
      const [, last] = RUST_LIBRARY.exec(withoutParameters(name)) ?? [];
      const known = last === undefined ? undefined : RUST.get(last);
      return known ?? (members()[0]?.name === 'data_ptr' ? rustSlice : undefined);
    }
    case 'zig':
      return zigRecord(name);
    default:
      return undefined;
  }
}

/** `std::map<int, std::vector<int>>::node` without what is in angle brackets. */
function withoutParameters(name: string): string {
  let plain = '';
  let depth = 0;
  let before = '';
  for (const character of name) {
    if (character === '<') depth++;
    else if (character === '>' && before !== '-') depth--;
    else if (depth === 0) plain += character;
    before = character;
  }
  return plain;
}
