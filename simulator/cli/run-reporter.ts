/** What a person sees of a run: the program's own output at once, the rest around it. */
import type { HostEvent, ProblemReport, SimulationSnapshot } from '../host/protocol.ts';
import { problemText } from '../host/text/problem-text.ts';
import { type Paint, paintLine, sign, span, type TextStyle } from '../host/text/style.ts';
import { type Checked, passes, violationLines } from './checked.ts';
import type { CommandIo } from './command-io.ts';
import { StatusLine, styleOf } from './node/terminal.ts';

/** How a run ended, for the last report. */
export interface RunSummary {
  readonly exitCode: number;
  /** Why it did not end well. */
  readonly problems: readonly ProblemReport[];
  readonly recording: string | undefined;
  readonly snapshot: SimulationSnapshot | undefined;
  /** Undefined when it is not wanted. */
  readonly timeline: string | undefined;
  /** What checks say; undefined when none were asked. */
  readonly checked?: Checked | undefined;
}

export interface RunReporter {
  /** Where the timeline goes, and how it is to look. */
  readonly timelineStyle: TextStyle;
  event(event: HostEvent): void;
  /** Something that ends the run, or that the person must know. */
  problem(problem: ProblemReport): void;
  /** Something to know that is no problem. */
  note(text: string): void;
  end(summary: RunSummary): void;
}

export class HumanReporter implements RunReporter {
  readonly timelineStyle: TextStyle;
  private readonly status: StatusLine;
  private readonly style: TextStyle;
  /** The last byte on the terminal was not a line's end. */
  private midLine = false;

  constructor(
    private readonly io: CommandIo,
    private readonly quiet: boolean,
  ) {
    this.status = new StatusLine(io.stderr);
    this.style = styleOf(io.stderr, io.environment);
    this.timelineStyle = io.stdout.isTTY === true ? styleOf(io.stdout, io.environment) : this.style;
  }

  event(event: HostEvent): void {
    switch (event.kind) {
      case 'progress':
        if (!this.quiet) this.status.show(progressText(event));
        return;
      case 'output':
        this.output(event.stream, event.bytes);
        return;
      case 'problem':
        this.problem(event.problem);
        return;
      case 'state':
        if (event.state.kind !== 'running') this.status.clear();
        return;
      default:
        return;
    }
  }

  problem(problem: ProblemReport): void {
    // A service's own log lines are news, not problems.
    if (problem.code === 'service-log') {
      if (!this.quiet) this.line(problem.message, 'dim');
      return;
    }
    this.line(
      `backstitch: ${problemText(problem)}`,
      problem.severity === 'error' ? 'red' : 'yellow',
    );
  }

  note(text: string): void {
    if (!this.quiet) this.line(text, 'dim');
  }

  end({ timeline, recording, problems, checked }: RunSummary): void {
    this.status.clear();
    if (timeline !== undefined && timeline !== '') this.timeline(timeline);
    for (const problem of problems) this.problem(problem);
    if (checked !== undefined) this.checked(checked);
    if (recording !== undefined) this.note(`recorded in ${recording}`);
  }

  private checked(checked: Checked): void {
    if (checked.kind === 'problem') {
      this.problem(checked.problem);
      return;
    }
    this.finishLine();
    const { result } = checked;
    const isFine = passes(result);
    const style = styleOf(this.io.stdout, this.io.environment);
    const head = [
      span(`${sign(style, isFine ? 'ok' : 'failed')} `, isFine ? 'green' : 'red'),
      span(`${result.workflow} ${isFine ? 'passes its checks' : 'fails its checks'}`),
    ];
    const lines = [paintLine(head, style), ...violationLines(result)];
    this.io.stdout.write(`${lines.join('\n')}\n`);
  }

  private timeline(text: string): void {
    const stream = this.io.stdout.isTTY === true ? this.io.stdout : this.io.stderr;
    this.finishLine();
    const style = this.timelineStyle;
    const rule = paintLine([span(sign(style, 'rule').repeat(style.width), 'dim')], style);
    stream.write(`${rule}\n${text}`);
  }

  private output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.status.clear();
    this.io[stream].write(bytes);
    if (this.io[stream].isTTY === true) this.midLine = bytes.at(-1) !== 0x0a;
  }

  private line(text: string, paint: Paint): void {
    this.status.clear();
    this.finishLine();
    const lines = text.split('\n').map((line) => paintLine([span(line, paint)], this.style));
    this.io.stderr.write(`${lines.join('\n')}\n`);
  }

  private finishLine(): void {
    if (!this.midLine) return;
    this.midLine = false;
    this.io.stderr.write('\n');
  }
}

export function progressText({ message, done, total }: HostEvent & { kind: 'progress' }): string {
  return done === undefined || total === undefined ? message : `${message} (${done} of ${total})`;
}
