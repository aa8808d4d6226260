/** A mangled name longer than this is shown as it is. */
const MANGLED_LENGTH_MAX = 4096;

const RUST_HASH = /^h[0-9a-f]{16}$/;
const RUST_HASH_SUFFIX = /::h[0-9a-f]{16}(?=$|\.llvm\.|\s)/g;

/** How the older Rust mangling writes characters that symbols may not have. */
const RUST_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['SP', '@'],
  ['BP', '*'],
  ['RF', '&'],
  ['LT', '<'],
  ['GT', '>'],
  ['LP', '('],
  ['RP', ')'],
  ['C', ','],
]);

/**
 * A function's name for people. Linkers usually write names demangled already; then only Rust's
 * hashes are taken off. Otherwise the path of the name is given without its parameters
 * (`shop::Cart::add`), or the name itself where it is more than a path.
 */
export function demangle(name: string): string {
  if (name.length > MANGLED_LENGTH_MAX) return name;
  if (name.startsWith('_R')) return demangleRust(name.slice(2)) ?? name;
  if (name.startsWith('_ZN')) return demangleNested(name.slice(3)) ?? name;
  if (name.startsWith('_Z')) return readIdentifier(name, 2)?.text ?? name;
  return name.replaceAll(RUST_HASH_SUFFIX, '');
}

interface Identifier {
  readonly text: string;
  readonly end: number;
}

/** A decimal length and so many characters; undefined when `text` has none at `start`. */
function readIdentifier(text: string, start: number): Identifier | undefined {
  const [digits] = /^\d{1,4}/.exec(text.slice(start, start + 4)) ?? [];
  if (digits === undefined) return undefined;
  const from = start + digits.length;
  const end = from + Number(digits);
  return end <= text.length && end > from ? { text: text.slice(from, end), end } : undefined;
}

/** `3foo3barE...` of C++ and of the older Rust mangling; a constructor repeats its class. */
function demangleNested(mangled: string): string | undefined {
  const parts: string[] = [];
  let offset = /^[rVKRO]*/.exec(mangled)?.[0].length ?? 0;
  for (;;) {
    const identifier = readIdentifier(mangled, offset);
    if (identifier === undefined) break;
    parts.push(identifier.text);
    offset = identifier.end;
  }
  const special = /^[CD][0-5]/.exec(mangled.slice(offset))?.[0];
  const last = parts.at(-1);
  if (last === undefined) return undefined;
  if (special !== undefined) {
    parts.push(special.startsWith('C') ? last : `~${last}`);
    offset += special.length;
  }
  if (mangled[offset] !== 'E') return undefined;
  if (!RUST_HASH.test(last)) return parts.join('::');
  return parts.slice(0, -1).map(unescapeRust).join('::');
}

function unescapeRust(part: string): string {
  return part
    .replace(/^_(?=\$)/, '')
    .replaceAll(/\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g, (whole, code, letters) => {
      if (letters !== undefined) return RUST_ESCAPES.get(letters) ?? whole;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replaceAll('..', '::');
}

/** Namespaces of the newer Rust mangling that have no name of their own. */
const RUST_NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['C', '{closure}'],
  ['S', '{shim}'],
]);

const RUST_DEPTH_MAX = 64;

/** An optional number that tells namesakes apart, the length, and a mark before some names. */
const RUST_IDENTIFIER = /^(?:s[0-9a-zA-Z]{0,20}_)?(\d{1,4})_?/;

/** A path of crate and nested names of the newer Rust mangling; undefined for all that is more. */
function demangleRust(mangled: string): string | undefined {
  const namespaces: string[] = [];
  let offset = 0;
  while (mangled[offset] === 'N' && namespaces.length < RUST_DEPTH_MAX) {
    namespaces.unshift(mangled[offset + 1] ?? '');
    offset += 2;
  }
  if (mangled[offset] !== 'C') return undefined;
  offset += 1;
  const parts: string[] = [];
  for (const namespace of ['crate', ...namespaces]) {
    const [head, digits] = RUST_IDENTIFIER.exec(mangled.slice(offset, offset + 32)) ?? [];
    if (head === undefined || digits === undefined) return undefined;
    const end = offset + head.length + Number(digits);
    if (end > mangled.length) return undefined;
    parts.push(RUST_NAMESPACES.get(namespace) ?? mangled.slice(offset + head.length, end));
    offset = end;
  }
  return parts.join('::');
}
