/** wasi:http/types outgoing-request and request-options. */
import { HTTP_LIMITS, TIMEOUT_MS_DEFAULT } from '../../preview1/http.ts';
import { fail } from '../component-error.ts';
import type { TimerPort } from '../timer.ts';
import { failHttp } from './error-code.ts';
import type { Fields } from './fields.ts';
import {
  isAuthority,
  isMethod,
  isPathWithQuery,
  isScheme,
  type Method,
  methodText,
  type Scheme,
  schemeText,
} from './message-head.ts';
import { BodyBuffer, OutgoingBody } from './outgoing-body.ts';
import type { RequestHead } from './outgoing-exchange.ts';

const TIMEOUT_NANOS_DEFAULT = BigInt(TIMEOUT_MS_DEFAULT) * 1_000_000n;

export class OutgoingRequest {
  private readonly buffer: BodyBuffer;
  private isBodyTaken = false;
  private currentMethod: Method = { tag: 'get' };
  private currentPath: string | undefined;
  private currentScheme: Scheme | undefined;
  private currentAuthority: string | undefined;

  constructor(
    private readonly port: TimerPort,
    private readonly fields: Fields,
  ) {
    this.buffer = new BodyBuffer('HTTP-request-body-size', fields.declaredLength());
  }

  /** Once. */
  body(): OutgoingBody {
    if (this.isBodyTaken) fail(undefined);
    this.isBodyTaken = true;
    return new OutgoingBody(this.port, this.buffer);
  }

  method(): Method {
    return this.currentMethod;
  }

  setMethod(method: Method): void {
    if (!isMethod(methodText(method))) fail(undefined);
    this.currentMethod = method;
  }

  pathWithQuery(): string | undefined {
    return this.currentPath;
  }

  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !isPathWithQuery(path)) fail(undefined);
    this.currentPath = path;
  }

  scheme(): Scheme | undefined {
    return this.currentScheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (scheme !== undefined && !isScheme(schemeText(scheme))) fail(undefined);
    this.currentScheme = scheme;
  }

  authority(): string | undefined {
    return this.currentAuthority;
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !isAuthority(authority)) fail(undefined);
    this.currentAuthority = authority;
  }

  headers(): Fields {
    return this.fields.frozen();
  }

  /**
   * What is to be sent; the request is not used after that. Throws error-code when it is not one
   * that can be sent.
   */
  take(options: RequestOptions | undefined): { head: RequestHead; buffer: BodyBuffer } {
    const { fields, buffer } = this;
    const url = this.url();
    if (fields.sentBytes > HTTP_LIMITS.headersBytesMax) {
      failHttp({ tag: 'HTTP-request-header-section-size', val: HTTP_LIMITS.headersBytesMax });
    }
    if (!this.isBodyTaken) buffer.finish([]);
    const head: RequestHead = {
      method: methodText(this.currentMethod),
      url,
      headers: fields.toHeaders(),
      timeoutNanos: String(options?.responseNanos() ?? TIMEOUT_NANOS_DEFAULT),
      betweenBytesNanos: options?.betweenBytesTimeout(),
    };
    return { head, buffer };
  }

  /** Programs that give no scheme mean https. */
  private url(): string {
    const { currentScheme, currentAuthority, currentPath } = this;
    const scheme = currentScheme ?? { tag: 'HTTPS' };
    if (scheme.tag === 'other') failHttp({ tag: 'HTTP-protocol-error' });
    if (currentAuthority === undefined) failHttp({ tag: 'HTTP-request-URI-invalid' });
    const path = currentPath?.startsWith('/') ? currentPath : `/${currentPath ?? ''}`;
    const url = `${schemeText(scheme)}://${currentAuthority}${path}`;
    if (url.length > HTTP_LIMITS.urlBytesMax) failHttp({ tag: 'HTTP-request-URI-too-long' });
    return url;
  }
}

/** Times in nanoseconds; those that are not set are the engine's. */
export class RequestOptions {
  private connectNanos: bigint | undefined;
  private firstByteNanos: bigint | undefined;
  private betweenBytesNanos: bigint | undefined;

  connectTimeout(): bigint | undefined {
    return this.connectNanos;
  }

  setConnectTimeout(nanos: bigint | undefined): void {
    this.connectNanos = nanos;
  }

  firstByteTimeout(): bigint | undefined {
    return this.firstByteNanos;
  }

  setFirstByteTimeout(nanos: bigint | undefined): void {
    this.firstByteNanos = nanos;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.betweenBytesNanos;
  }

  /** Holds for reads that wait; a program that polls has timers of its own. */
  setBetweenBytesTimeout(nanos: bigint | undefined): void {
    this.betweenBytesNanos = nanos;
  }

  /** How long the response may take in all: connecting and answering are one to the engine. */
  responseNanos(): bigint {
    return (this.connectNanos ?? 0n) + (this.firstByteNanos ?? TIMEOUT_NANOS_DEFAULT);
  }
}
