import {
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http';
import type { ResponseInformArgs } from '../../effects/request.ts';

/** The port itself says so to every client that asks, before a handler runs. */
const CONTINUE = 100;

/**
 * Sends an informational response, which nothing depends on (RFC 9110, section 15.2): left out for a
 * client of HTTP/1.0, and for one that has not been sent the response to an earlier request yet.
 * Throws for headers that HTTP does not allow.
 */
export function writeInformational(
  request: IncomingMessage,
  response: ServerResponse,
  { informational: status, headers }: ResponseInformArgs,
): void {
  const { socket } = response;
  if (status === CONTINUE || request.httpVersion === '1.0') return;
  if (response.headersSent || socket === null) return;
  const lines = headers.map(([name, value]) => {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return `${name}: ${value}\r\n`;
  });
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  socket.write(text, 'latin1');
}
