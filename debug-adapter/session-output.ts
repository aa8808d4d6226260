/** What a client reads while a simulation runs: outputs of programs, log messages, problems. */

import type { SourceLine } from '../simulator/guest/symbols/index.ts';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import type { ClientPort, OutputPlace } from './client-port.ts';
import type { DebugHost } from './debug-host.ts';
import type { DebugTarget, TargetListener } from './debug-target.ts';
import { LoadingProgress } from './loading-progress.ts';
import { OutputRelay } from './output-relay.ts';
import type { SourceBook } from './source-book.ts';
import { folderOf } from './source-paths.ts';
import type { Breakpoint } from './travel/breakpoint.ts';
import type { Happening } from './travel/happening.ts';
import { instantOf } from './travel/instant.ts';
import { logText } from './travel/log-message.ts';
import { effectFields, type SeenEffect } from './travel/seen-effect.ts';
import type { StatementLog } from './travel/statements/statement-hits.ts';

/** Happenings that one motion tells; a plan may have thousands. */
const PASSED_TOLD_MAX = 50;

export class SessionOutput {
  /** What tells the source lines of outputs; undefined leaves them out. */
  target: DebugTarget | undefined;
  private readonly progress: LoadingProgress;
  private relay = new OutputRelay();
  /** Happenings of the motion that is under way. */
  private passedCount = 0;

  readonly listener: TargetListener = {
    onProgress: (message) => {
      if (this.showsProgress()) this.progress.tell(message);
      this.port.output(`${message}\n`, 'console');
    },
    onProblem: (problem) => this.report(problem),
    onOutput: (output) => {
      const text = this.relay.take(output);
      if (text === undefined) return;
      this.port.output(text.text, text.stream, this.placeOf(output.execution, output.seq));
    },
  };

  constructor(
    private readonly host: Pick<DebugHost, 'describe'>,
    private readonly port: ClientPort,
    private readonly sources: SourceBook,
    /** Whether the client shows progress. */
    private readonly showsProgress: () => boolean,
  ) {
    this.progress = new LoadingProgress(port);
  }

  /** Shows what a launch is at, until it is over. */
  async whileLoading<T>(load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } finally {
      this.progress.end();
    }
  }

  /** Another simulation begins. */
  reset(): void {
    this.relay = new OutputRelay();
  }

  report(error: unknown): void {
    this.port.output(`${this.host.describe(error).message}\n`, 'important');
  }

  log(breakpoint: Breakpoint, effect: SeenEffect): void {
    const { execution, seq, lostWith } = effect;
    const text = logText(breakpoint.log ?? [], effectFields(effect));
    const place = this.placeOf(execution, seq, lostWith);
    this.port.output(`${text}${lostText(lostWith)}\n`, 'console', place);
  }

  logStatement({ position, offset, text }: StatementLog): void {
    const { target } = this;
    if (target === undefined) return;
    const { place } = position;
    const line = target.book.locatorOf(place.execution).lines.lineAt(offset);
    const instant = instantOf(place, target.view.history);
    const lost = lostText(instant.lostWith);
    this.port.output(`${text}${lost}\n`, 'console', this.clientPlace(instant, line));
  }

  /** What befell an execution without a stop: a debugger must not pass over a crash in silence. */
  passed({ text, details }: Happening): void {
    this.passedCount++;
    if (this.passedCount > PASSED_TOLD_MAX) return;
    this.port.output(`${text}${details === undefined ? '' : `: ${details}`}\n`, 'console');
  }

  /** A motion came to its stop: says how much it left out. */
  endMotion(): void {
    const left = this.passedCount - PASSED_TOLD_MAX;
    this.passedCount = 0;
    if (left > 0) this.port.output(`... and ${left} more faults and retries\n`, 'console');
  }

  private placeOf(execution: ExecutionId, seq: number, lostWith?: number): OutputPlace | undefined {
    const { target } = this;
    if (target === undefined) return undefined;
    // It may be asked inside a guest's call, which is no time for replaying.
    const stack = target.book.notedAt(execution, seq, lostWith);
    const instant = { execution, seq, ...(lostWith === undefined ? {} : { lostWith }) };
    return this.clientPlace(instant, stack?.frames[stack.userIndex]?.source);
  }

  private clientPlace(
    instant: NonNullable<OutputPlace['instant']>,
    place: SourceLine | undefined,
  ): OutputPlace | undefined {
    const { target } = this;
    if (target === undefined || place === undefined) return undefined;
    const folder = folderOf(target.originOf(instant.execution));
    return {
      source: this.sources.source(place.file, folder, true),
      line: this.port.line(place.line),
      column: this.port.column(Math.max(1, place.column)),
      instant,
    };
  }
}

/** What is told of a message that a crash took away with its attempt. */
function lostText(lostWith: number | undefined): string {
  return lostWith === undefined ? '' : ` (lost with attempt ${lostWith})`;
}
