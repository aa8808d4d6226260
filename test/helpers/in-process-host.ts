/** A host in this process, as the command's worker has one, with what it tells. */
import { join } from 'node:path';
import { nodeEnvironment } from '../../simulator/cli/node/node-environment.ts';
import type { HostEnvironment } from '../../simulator/host/host-environment.ts';
import type { AnswerTo, HostEvent, HostRequest } from '../../simulator/host/protocol.ts';
import type { RealClock } from '../../simulator/host/real-pace.ts';
import { HostSession } from '../../simulator/host/session.ts';
import { ensureDist } from './dist.ts';
import { testBuilder } from './programs.ts';
import { projectRoot } from './project-root.ts';

export interface InProcessHost {
  readonly environment: HostEnvironment;
  readonly events: HostEvent[];
  ask<R extends Exclude<HostRequest, { kind: 'dap' }>>(request: R): Promise<AnswerTo<R['kind']>>;
  /** Lends what it runs to a debug session. */
  readonly lend: HostSession['lend'];
  /** Resolves with the first state for which this holds, now or later. */
  until(holds: (state: (HostEvent & { kind: 'state' })['state']) => boolean): Promise<void>;
  /** What all executions have printed. */
  printed(): string;
}

/**
 * A test file that makes one calls `closeBuilder` after its tests.
 *
 * @param clock real time, where it is not to be that of this machine
 */
export function inProcessHost(clock?: RealClock): InProcessHost {
  ensureDist();
  const events: HostEvent[] = [];
  let hear = (): void => {};
  const machine = nodeEnvironment({
    // A worker that ends takes its compilers along; here those of the test build, which it closes.
    builder: testBuilder,
    distFolder: join(projectRoot, 'dist'),
    emit: (event) => {
      events.push(event);
      hear();
    },
    hasRequests: () => false,
    beat: () => {},
  });
  const environment: HostEnvironment = {
    ...machine,
    ...(clock === undefined ? {} : { now: () => clock.now(), alarm: clock.alarm.bind(clock) }),
  };
  const session = new HostSession(environment);
  return {
    environment,
    events,
    ask: async <R extends Exclude<HostRequest, { kind: 'dap' }>>(request: R) =>
      (await session.handle(request)) as AnswerTo<R['kind']>,
    lend: (borrower) => session.lend(borrower),
    until: (holds) =>
      new Promise((resolve) => {
        hear = () => {
          const last = events.findLast((event) => event.kind === 'state');
          if (last?.kind === 'state' && holds(last.state)) resolve();
        };
        hear();
      }),
    printed: () =>
      events
        .filter((event) => event.kind === 'output')
        .map(({ bytes }) => new TextDecoder().decode(bytes))
        .join(''),
  };
}
