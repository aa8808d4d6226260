/** A host as the simulations of this window see it: somewhere else, and possibly gone. */
import { HostClient, HostProblemError } from '../../simulator/cli/node/host-client.ts';
import type {
  AnswerTo,
  HostEvent,
  HostRequest,
  ProblemReport,
} from '../../simulator/host/protocol.ts';
import { type Disposable, Emitter } from '../model/emitter.ts';

export interface Host {
  request<R extends HostRequest>(request: R): Promise<AnswerTo<R['kind']>>;
  onEvent(listener: (event: HostEvent) => void): Disposable;
  /** It has died by itself. Being terminated is not told. */
  onDeath(listener: (problem: ProblemReport) => void): Disposable;
  /** Debug sessions in it are gone: it has died, was terminated, or another goes on for it. */
  onSessionsGone(listener: (problem: ProblemReport) => void): Disposable;
  /** Ends it at once, whatever it is doing. What it had shown is on disk. */
  terminate(): Promise<void>;
}

/** A program that makes no effect for so long is reported; it may be looping. */
const SILENCE_MS = 30_000;

/** A host in a worker thread; `script` is its bundle, absolute. */
export function startWorkerHost(script: string): Host {
  const events = new Emitter<HostEvent>();
  const deaths = new Emitter<ProblemReport>();
  const ends = new Emitter<ProblemReport>();
  let reported = false;
  const client = new HostClient({
    script,
    onEvent: (event) => {
      if (event.kind === 'changed') reported = false;
      events.fire(event);
    },
    onDeath: (problem) => {
      deaths.fire(problem);
      ends.fire(problem);
    },
    silence: {
      milliseconds: SILENCE_MS,
      onSilence: () => {
        if (!reported) events.fire({ kind: 'problem', problem: SILENT });
        reported = true;
      },
    },
  });
  return {
    request: (request) => client.request(request),
    onEvent: events.event,
    onDeath: deaths.event,
    onSessionsGone: ends.event,
    terminate: async () => {
      await client.terminate();
      ends.fire(ENDED);
    },
  };
}

/** What debug sessions hear whose host is ended on purpose. */
export const ENDED: ProblemReport = {
  severity: 'warning',
  code: 'host-ended',
  message: 'The simulation was ended. What it had shown is in its recording, if it had one.',
};

const SILENT: ProblemReport = {
  severity: 'warning',
  code: 'silent',
  message:
    `The program has computed for ${SILENCE_MS / 1000} seconds without an effect. ` +
    'Cancel it if it loops; what it had shown is in its recording.',
};

/** What an operation threw, as a report for people. */
export function problemOf(error: unknown): ProblemReport {
  if (error instanceof HostProblemError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return { severity: 'error', code: 'unexpected', message };
}

export function refusal(code: string, message: string): HostProblemError {
  return new HostProblemError({ severity: 'warning', code, message });
}
