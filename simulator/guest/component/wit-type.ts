/** Types of the component model, as far as values of them can be written down. */

export const PRIMITIVES = [
  'bool',
  's8',
  'u8',
  's16',
  'u16',
  's32',
  'u32',
  's64',
  'u64',
  'f32',
  'f64',
  'char',
  'string',
] as const;

export type Primitive = (typeof PRIMITIVES)[number];

export interface WitField {
  readonly name: string;
  readonly type: WitType;
}

export interface WitCase {
  readonly name: string;
  readonly type: WitType | undefined;
}

export type WitType =
  | { readonly kind: Primitive }
  | { readonly kind: 'record'; readonly fields: readonly WitField[] }
  | { readonly kind: 'variant'; readonly cases: readonly WitCase[] }
  | { readonly kind: 'list'; readonly element: WitType; readonly length: number | undefined }
  | { readonly kind: 'tuple'; readonly elements: readonly WitType[] }
  | { readonly kind: 'flags'; readonly names: readonly string[] }
  | { readonly kind: 'enum'; readonly names: readonly string[] }
  | { readonly kind: 'option'; readonly some: WitType }
  | {
      readonly kind: 'result';
      readonly ok: WitType | undefined;
      readonly err: WitType | undefined;
    }
  /** What no text can stand for: `what` names it, such as `a resource` or `a stream`. */
  | { readonly kind: 'handle'; readonly what: string };

export interface WitFunction {
  readonly params: readonly WitField[];
  readonly result: WitType | undefined;
  readonly isAsync: boolean;
}

/** A type as WIT writes it, for messages. */
export function typeText(type: WitType): string {
  switch (type.kind) {
    case 'record':
      return `record { ${type.fields.map((each) => `${each.name}: ${typeText(each.type)}`).join(', ')} }`;
    case 'variant':
      return `variant { ${type.cases.map(caseText).join(', ')} }`;
    case 'list':
      return `list<${typeText(type.element)}${type.length === undefined ? '' : `, ${type.length}`}>`;
    case 'tuple':
      return `tuple<${type.elements.map(typeText).join(', ')}>`;
    case 'flags':
    case 'enum':
      return `${type.kind} { ${type.names.join(', ')} }`;
    case 'option':
      return `option<${typeText(type.some)}>`;
    case 'result':
      return resultText(type.ok, type.err);
    case 'handle':
      return type.what;
    default:
      return type.kind;
  }
}

function caseText({ name, type }: WitCase): string {
  return type === undefined ? name : `${name}(${typeText(type)})`;
}

function resultText(ok: WitType | undefined, err: WitType | undefined): string {
  if (ok === undefined && err === undefined) return 'result';
  const first = ok === undefined ? '_' : typeText(ok);
  return err === undefined ? `result<${first}>` : `result<${first}, ${typeText(err)}>`;
}

/** A function's type as WIT writes it: `func(a: u32) -> string`. */
export function functionText({ params, result }: WitFunction): string {
  const list = params.map(({ name, type }) => `${name}: ${typeText(type)}`).join(', ');
  return `func(${list})${result === undefined ? '' : ` -> ${typeText(result)}`}`;
}
