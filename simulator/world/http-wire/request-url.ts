import { valuesOf } from './request-head.ts';
import type { WireRequest } from './request-parser.ts';

const ABSOLUTE = /^https?:\/\//i;
const AUTHORITY = /^[^/?#@\s]+$/;

/**
 * The URL that a request is for (RFC 9112, section 3.3); undefined when it names none.
 *
 * @param connectedTo the host, and port where it is not 80, of a client that does not say it
 */
export function requestUrl(request: WireRequest, connectedTo: string): string | undefined {
  const { method, target, headers } = request;
  if (ABSOLUTE.test(target)) return checked(target);
  const [named = ''] = valuesOf(headers, 'host');
  const host = named === '' ? connectedTo : named;
  if (!AUTHORITY.test(host)) return undefined;
  if (target === '*' && method === 'OPTIONS') return checked(`http://${host}`);
  return target.startsWith('/') ? checked(`http://${host}${target}`) : undefined;
}

/** The URL as it was written; services see what the program asked for. */
function checked(url: string): string | undefined {
  try {
    new URL(url);
    return url;
  } catch {
    // Not a URL: the client is told so.
    return undefined;
  }
}
