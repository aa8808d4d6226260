/** The parts of a request's first line, as wasi:http/types has them. */
import { HTTP_LIMITS, TOKEN } from '../../preview1/http.ts';

export type Method =
  | { readonly tag: (typeof METHODS)[number] }
  | { readonly tag: 'other'; readonly val: string };

export type Scheme =
  | { readonly tag: 'HTTP' | 'HTTPS' }
  | { readonly tag: 'other'; readonly val: string };

const METHODS = [
  'get',
  'head',
  'post',
  'put',
  'delete',
  'connect',
  'options',
  'trace',
  'patch',
] as const;

const PORT_MAX = 65_535;
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[^\s/?#@:\\[\]]+)(?::(\d{1,5}))?$/i;
const PATH = /^(?:[/?][^\s#]*|\*)?$/;

export function methodText(method: Method): string {
  return method.tag === 'other' ? method.val : method.tag.toUpperCase();
}

export function methodOf(text: string): Method {
  // Methods are told apart by case, and only the usual ones are in capitals here.
  const tag = METHODS.find((known) => known.toUpperCase() === text);
  return tag === undefined ? { tag: 'other', val: text } : { tag };
}

export function schemeText(scheme: Scheme): string {
  return scheme.tag === 'other' ? scheme.val : scheme.tag.toLowerCase();
}

export function schemeOf(text: string): Scheme {
  const tag = (['HTTP', 'HTTPS'] as const).find((known) => known === text.toUpperCase());
  return tag === undefined ? { tag: 'other', val: text } : { tag };
}

export function isMethod(text: string): boolean {
  return TOKEN.test(text) && text.length <= HTTP_LIMITS.methodBytesMax;
}

export function isScheme(text: string): boolean {
  return SCHEME.test(text);
}

/** A host name or address, with or without a port. */
export function isAuthority(text: string): boolean {
  const port = AUTHORITY.exec(text);
  return port !== null && Number(port[1] ?? 0) <= PORT_MAX;
}

export function isPathWithQuery(text: string): boolean {
  return PATH.test(text);
}
