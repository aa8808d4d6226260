/** wasi:http: requests that a component sends, and requests that it serves. */
import type { HostInterface } from '../host.ts';
import type { TimerPort } from '../timer.ts';
import { httpErrorCode } from './error-code.ts';
import { Fields } from './fields.ts';
import { FutureTrailers, IncomingBody } from './incoming-body.ts';
import { IncomingRequest, OutgoingResponse, ResponseOutparam } from './incoming-handler.ts';
import { OutgoingBody } from './outgoing-body.ts';
import { FutureIncomingResponse, IncomingResponse, OutgoingHandler } from './outgoing-handler.ts';
import { OutgoingRequest, RequestOptions } from './outgoing-request.ts';

export function httpInterfaces(port: TimerPort): Record<string, HostInterface> {
  const handler = new OutgoingHandler(port);
  return {
    'wasi:http/types': {
      Fields,
      FutureIncomingResponse,
      FutureTrailers,
      IncomingBody,
      IncomingRequest,
      IncomingResponse,
      OutgoingBody,
      // The program makes these itself, from headers alone.
      OutgoingRequest: class extends OutgoingRequest {
        constructor(headers: Fields) {
          super(port, headers);
        }
      },
      OutgoingResponse: class extends OutgoingResponse {
        constructor(headers: Fields) {
          super(port, headers);
        }
      },
      RequestOptions,
      ResponseOutparam,
      httpErrorCode,
    },
    'wasi:http/outgoing-handler': {
      handle: (request: OutgoingRequest, options: RequestOptions | undefined) =>
        handler.handle(request, options),
    },
  };
}
