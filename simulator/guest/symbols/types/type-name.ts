import type { FunctionType, PointerType, Type } from './type.ts';

/** Types inside each other in one name; what is deeper is shown as `...`. */
const DEPTH_MAX = 20;
const LENGTH_MAX = 300;
const PARAMETER_COUNT_MAX = 20;

/** A type as its language writes it, such as `const char *` or `int (*)(int)`. */
export function typeName(type: Type): string {
  const name = declare(type, '', 0);
  return name.length > LENGTH_MAX ? `${name.slice(0, LENGTH_MAX)}...` : name;
}

/** @param inner what stands where a declaration has its name: the way out of pointers and arrays */
function declare(type: Type, inner: string, depth: number): string {
  if (depth > DEPTH_MAX) return '...';
  switch (type.kind) {
    case 'pointer':
      return type.name === undefined
        ? declarePointer(type, inner, depth)
        : join(shortTypeName(type.name), inner);
    case 'qualified': {
      const target = type.target();
      // `T *const`, but `const T`.
      return target.kind === 'pointer' && target.name === undefined
        ? declare(target, join(type.qualifier, inner), depth + 1)
        : `${type.qualifier} ${declare(target, inner, depth + 1)}`;
    }
    case 'array':
      return declare(type.element(), `${inner}[${type.count ?? ''}]`, depth + 1);
    case 'function':
      return declareFunction(type, inner, depth);
    case 'record':
      return join(type.name === undefined ? type.keyword : shortTypeName(type.name), inner);
    case 'enumeration':
      return join(type.name === undefined ? 'enum' : shortTypeName(type.name), inner);
    case 'unknown':
      return join('?', inner);
    default:
      return join(shortTypeName(type.name), inner);
  }
}

const MARKS = { pointer: '*', reference: '&', rvalue: '&&' } as const;

function declarePointer(type: PointerType, inner: string, depth: number): string {
  const target = type.target();
  const marked = /^\w/.test(inner)
    ? `${MARKS[type.flavour]} ${inner}`
    : MARKS[type.flavour] + inner;
  const grouped = target.kind === 'function' || target.kind === 'array' ? `(${marked})` : marked;
  return declare(target, grouped, depth + 1);
}

function declareFunction(type: FunctionType, inner: string, depth: number): string {
  const parameters = type
    .parameters()
    .slice(0, PARAMETER_COUNT_MAX)
    .map((parameter) => declare(parameter, '', depth + 1));
  return declare(type.result(), `${inner}(${parameters.join(', ')})`, depth + 1);
}

function join(name: string, inner: string): string {
  if (inner === '') return name;
  return /^[[(]/.test(inner) && !inner.startsWith('(*') && !inner.startsWith('(&')
    ? name + inner
    : `${name} ${inner}`;
}

/** Parts of names that say nothing to people, and what stands for them. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/\bstd::(__[\w]+)::/g, 'std::'],
  [/, alloc::alloc::Global\b/g, ''],
  [/, std::allocator<[^<>]*(?:<[^<>]*>[^<>]*)*> ?(?=>)/g, ''],
  [
    /, std::(?:char_traits|less|equal_to|hash|default_delete)<[^<>]*(?:<[^<>]*>[^<>]*)*> ?(?=[,>])/g,
    '',
  ],
  [/\bstd::basic_string<char>/g, 'std::string'],
  [/\bstd::basic_string_view<char>/g, 'std::string_view'],
  [
    /\b(?:alloc|core|std)::(?:\w+::)*(?=(?:String|Vec|Option|Result|Box|Rc|Arc|HashMap|HashSet|BTreeMap|BTreeSet|VecDeque|PathBuf|OsString|Path|OsStr|Cell|RefCell|Mutex|RwLock|Cow)\b)/g,
    '',
  ],
  [/, std::hash::random::RandomState\b/g, ''],
  [/ +>/g, '>'],
];

/** A name without the parts that every program has by default: allocators, inline namespaces. */
export function shortTypeName(name: string): string {
  if (!/::|</.test(name) || name.length > 4 * LENGTH_MAX) return name;
  let short = name;
  // Taking one part off may lay bare another around it.
  for (let round = 0; round < 3; round++) {
    const before = short;
    for (const [pattern, replacement] of NOISE) short = short.replaceAll(pattern, replacement);
    if (short === before) break;
  }
  return short;
}
