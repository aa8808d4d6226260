import type { IncomingRequest, ResponseOutparam } from '../preview2/http/incoming-handler.ts';
import type { Preview2 } from '../preview2/preview2.ts';

/** What `invoke` says for a component that answers the request which its execution was started for. */
export const HTTP_HANDLER = 'wasi:http/incoming-handler#handle';

const HANDLER_EXPORT = /^wasi:http\/incoming-handler@0\.2\.\d+$/;

/** The export that answers requests; undefined when there is none. */
export function handlerExport(names: Iterable<string>): string | undefined {
  for (const name of names) if (HANDLER_EXPORT.test(name)) return name;
  return undefined;
}

interface IncomingHandler {
  handle(request: IncomingRequest, out: ResponseOutparam): void;
}

/**
 * Lets an instance answer its request, and gives its exit code. Whether there was a response is
 * for the client to see: a handler that gives none ends well all the same.
 */
export function runHandler(
  exports: Readonly<Record<string, unknown>>,
  { receiveRequest }: Pick<Preview2, 'receiveRequest'>,
): number {
  const { handle } = exports[handlerExport(Object.keys(exports)) ?? ''] as IncomingHandler;
  handle(...receiveRequest());
  return 0;
}
