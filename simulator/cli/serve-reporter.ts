/** What a person, or a program, sees of a server: a line for each request that was answered. */
import type { HostEvent, ProblemReport, ServingStart } from '../host/protocol.ts';
import { problemText } from '../host/text/problem-text.ts';
import { type Paint, paintLine, span, type TextStyle } from '../host/text/style.ts';
import { formatDuration } from '../kernel/time.ts';
import type { CommandIo } from './command-io.ts';
import { bytesJson, jsonLine } from './json-line.ts';
import type { ServedReport } from './node/http-served.ts';
import { StatusLine, styleOf } from './node/terminal.ts';

/** What is there once the ports are open. */
export interface Listening {
  readonly address: string;
  /** Where promises are kept besides; undefined where that has no port of its own. */
  readonly control: string | undefined;
  readonly start: ServingStart;
  readonly recording: string;
}

export interface ServeReporter {
  listening(listening: Listening): void;
  served(report: ServedReport): void;
  output(event: HostEvent & { kind: 'output' }): void;
  progress(message: string): void;
  /** An execution waits for what nobody answers here. */
  question(execution: string, call: string): void;
  problem(problem: ProblemReport): void;
  note(text: string): void;
  /** The recording goes on there. */
  part(recording: string): void;
  end(exitCode: number, recording: string | undefined): void;
}

export class HumanServeReporter implements ServeReporter {
  private readonly status: StatusLine;
  private readonly style: TextStyle;
  private readonly asked = new Set<string>();

  constructor(
    private readonly io: CommandIo,
    private readonly quiet: boolean,
  ) {
    this.status = new StatusLine(io.stderr);
    this.style = styleOf(io.stderr, io.environment);
  }

  listening({ address, control, start: { workflow } }: Listening): void {
    this.status.clear();
    this.io.stdout.write(`${workflow} serves ${address}\n`);
    if (control !== undefined) this.io.stdout.write(`its promises are kept at ${control}\n`);
  }

  served({ what, status, execution, realMs, end, isGone }: ServedReport): void {
    if (this.quiet) return;
    const ended = end.status === 'completed' ? '' : `, ${end.status}`;
    const recovered = end.recoveries > 0 ? `, recovered ${end.recoveries}x` : '';
    const gone = isGone ? ', client gone' : '';
    const times = `${formatDuration(end.virtualNanos)} virtual, ${realText(realMs)}`;
    const text = `${what}${status === undefined ? '' : ` -> ${status}`}  ${times}  ${execution}`;
    const isBad = end.status !== 'completed' || (status ?? 200) >= 500;
    this.line(`${text}${ended}${recovered}${gone}`, isBad ? 'yellow' : undefined);
    if (end.reason !== undefined && end.status !== 'completed') this.note(`  ${end.reason}`);
  }

  /** Also a handler's standard output is a log, beside the lines about requests. */
  output({ bytes }: HostEvent & { kind: 'output' }): void {
    this.status.clear();
    this.io.stderr.write(bytes);
  }

  progress(message: string): void {
    if (!this.quiet) this.status.show(message);
  }

  question(execution: string, call: string): void {
    if (this.asked.has(execution)) return;
    this.asked.add(execution);
    this.line(`${execution} asks what became of ${call}; see --answer`, 'yellow');
  }

  problem(problem: ProblemReport): void {
    if (problem.code === 'service-log') {
      this.note(problem.message);
      return;
    }
    const paint = problem.severity === 'error' ? 'red' : 'yellow';
    this.line(`backstitch: ${problemText(problem)}`, paint);
  }

  note(text: string): void {
    if (!this.quiet) this.line(text, 'dim');
  }

  part(recording: string): void {
    this.note(`the recording goes on in ${recording}`);
  }

  end(_exitCode: number, recording: string | undefined): void {
    this.status.clear();
    if (recording !== undefined) this.note(`recorded in ${recording}`);
  }

  private line(text: string, paint: Paint | undefined): void {
    this.status.clear();
    const lines = text.split('\n').map((line) => paintLine([span(line, paint)], this.style));
    this.io.stderr.write(`${lines.join('\n')}\n`);
  }
}

function realText(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms real` : `${(ms / 1000).toFixed(1)} s real`;
}

export class JsonServeReporter implements ServeReporter {
  constructor(private readonly io: CommandIo) {}

  listening({ address, control, start: { workflow, handler }, recording }: Listening): void {
    this.line('listening', { address, control, workflow, handler, recording });
  }

  served({ what, status, execution, realMs, end, isGone }: ServedReport): void {
    const { execution: _same, status: ended, ...rest } = end;
    this.line('served', { execution, what, status, ended, ...rest, realMs, gone: isGone });
  }

  output({ execution, seq, stream, bytes }: HostEvent & { kind: 'output' }): void {
    this.line('output', { execution, seq, stream, ...bytesJson(bytes) });
  }

  progress(message: string): void {
    this.line('progress', { message });
  }

  question(execution: string, call: string): void {
    this.line('question', { execution, call });
  }

  problem(problem: ProblemReport): void {
    this.line('problem', problem);
  }

  note(text: string): void {
    this.line('note', { text });
  }

  part(recording: string): void {
    this.line('part', { recording });
  }

  end(exitCode: number, recording: string | undefined): void {
    this.line('summary', { exitCode, recording });
  }

  private line(event: string, fields: object): void {
    this.io.stdout.write(jsonLine({ event, ...fields }));
  }
}
