import type {
  RequestPiece,
  ServiceProgram,
  ServiceRequest,
  ServiceStream,
  StreamStep,
} from '../../simulator/world/service.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How many bytes of a request `/refuse` takes. */
export const REFUSED_BYTES = 4;

const QUIET: StreamStep = { pieces: [], ended: false, delayNanos: 0n, note: undefined };

/**
 * A service that answers each piece of a request in capitals, as it comes, and at its end what the
 * trailers were. A request to `/refuse` is answered with 413 as soon as it is too long.
 */
export function echoService(): ServiceProgram {
  const stream = ({ url }: ServiceRequest): ServiceStream =>
    url.endsWith('/refuse') ? refusal() : echo();
  return {
    stream,
    handle: (request, context) => {
      const { body: bytes, trailers = [] } = request;
      const { head, ...step } = stream(request).receive({ bytes, ended: true, trailers }, context);
      return { status: 200, headers: [], ...head, ...step };
    },
  };
}

function echo(): ServiceStream {
  let isFirst = true;
  return {
    receive: ({ bytes, ended, trailers = [] }) => {
      const head = isFirst ? { head: { status: 200, headers: [] } } : {};
      isFirst = false;
      const end = ended ? `|${trailers.map((pair) => pair.join('=')).join()}` : '';
      const text = `${decoder.decode(bytes).toUpperCase()}${end}`;
      const pieces = text === '' ? [] : [{ bytes: encoder.encode(text), delayNanos: 0n }];
      const last: Partial<StreamStep> = ended ? { ended, trailers: [['x-end', 'yes']] } : {};
      return { ...QUIET, ...head, pieces, ...last };
    },
  };
}

function refusal(): ServiceStream {
  let size = 0;
  return {
    receive: ({ bytes, ended }: RequestPiece) => {
      size += bytes.length;
      if (size <= REFUSED_BYTES && !ended) return QUIET;
      const status = size > REFUSED_BYTES ? 413 : 200;
      return { ...QUIET, head: { status, headers: [] }, ended: true, note: `refused ${status}` };
    },
  };
}
