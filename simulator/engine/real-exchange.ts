/** One try of an HTTP exchange with a real host, seen from the service's end. */
import type { HttpFailed } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { TraceKind } from '../journal/records.ts';
import { after, formatDuration, NANOS_PER_MILLI } from '../kernel/time.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../world/service.ts';
import type { Engine } from './engine.ts';

export interface RealTry {
  readonly site: EffectSite;
  trace(kind: TraceKind, data: Record<string, string | number | boolean>): void;
  /** The response begins its way back now. */
  onResponse(response: Omit<ServiceResponse, 'note'>): void;
  /** There is no response, and this news begins its way back now. */
  onLoss(failure: HttpFailed): void;
}

/** The request leaves for its real host. What comes of it is there as long after as it took. */
export function arriveReal(
  engine: Engine,
  service: Service,
  request: ServiceRequest,
  { site, trace, onResponse, onLoss }: RealTry,
): void {
  const { agenda } = engine;
  const askedAt = agenda.now;
  trace('request.arrived', { real: true });
  const write = service.arriveReal(askedAt, request, site);
  engine.real.ask(service, request, (answer) => {
    const note = `real, ${formatDuration(roundToMillis(answer.realNanos))}`;
    const told = { real: true, took: answer.realNanos.toString() };
    const instant = after(askedAt, answer.realNanos);
    if (answer.kind === 'answered') {
      const { status, headers, body } = answer;
      const pieces = body.length === 0 ? [] : [{ bytes: body, delayNanos: 0n }];
      const response = { status, headers, pieces, delayNanos: 0n };
      write({ response, note });
      agenda.at(instant, () => {
        trace('response.sent', { ...told, status });
        onResponse(response);
      });
      return;
    }
    const { failure, detail } = answer;
    write({ response: undefined, note: `${note}: ${detail}` });
    agenda.at(instant, () => {
      trace('response.lost', { ...told, why: detail });
      onLoss({ failure, detail });
    });
  });
}

function roundToMillis(nanos: bigint): bigint {
  return ((nanos + NANOS_PER_MILLI / 2n) / NANOS_PER_MILLI) * NANOS_PER_MILLI;
}
