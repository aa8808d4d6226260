import type { ProblemReport } from '../protocol.ts';

/**
 * A problem as people read it in a terminal: the place first, where editors find it, unless the
 * message begins with it already.
 */
export function problemText({ severity, message, place }: ProblemReport): string {
  const said = severity === 'warning' ? `warning: ${message}` : message;
  if (place === undefined || message.startsWith(place.file)) return said;
  const column = place.column > 0 ? `:${place.column}` : '';
  return `${place.file}:${place.line}${column}: ${said}`;
}
