/** A run as JSON, one object a line; docs/command-line.md documents the shapes. */
import type { HostEvent, ProblemReport } from '../host/protocol.ts';
import { PLAIN_STYLE, type TextStyle } from '../host/text/style.ts';
import { passes } from './checked.ts';
import type { CommandIo } from './command-io.ts';
import { bytesJson, jsonLine } from './json-line.ts';
import type { RunReporter, RunSummary } from './run-reporter.ts';

export class JsonReporter implements RunReporter {
  readonly timelineStyle: TextStyle = { ...PLAIN_STYLE };

  constructor(private readonly io: CommandIo) {}

  event(event: HostEvent): void {
    switch (event.kind) {
      case 'progress': {
        const { kind: _kind, ...fields } = event;
        this.line('progress', fields);
        return;
      }
      case 'state': {
        const { kind, ...fields } = event.state;
        this.line('state', { state: kind, ...fields, now: event.now });
        return;
      }
      case 'output': {
        const { execution, seq, stream, bytes } = event;
        this.line('output', { execution, seq, stream, ...bytesJson(bytes) });
        return;
      }
      case 'changed':
        for (const execution of event.executions) this.line('execution', execution);
        for (const effect of event.effects) this.line('effect', effect);
        for (const trace of event.traces) this.line('trace', trace);
        return;
      case 'problem':
        this.problem(event.problem);
        return;
      default:
        // The summary names the recording.
        return;
    }
  }

  problem(problem: ProblemReport): void {
    this.line('problem', problem);
  }

  note(text: string): void {
    this.line('note', { text });
  }

  end({ exitCode, recording, snapshot, timeline, problems, checked }: RunSummary): void {
    if (checked?.kind === 'ran') {
      this.line('checked', { passed: passes(checked.result), ...checked.result });
    }
    if (checked?.kind === 'problem') this.problem(checked.problem);
    for (const problem of problems) this.problem(problem);
    const { executions = [], now = 0n, clients } = snapshot ?? {};
    const fields = { exitCode, recording, virtualNanos: now, executions, clients, timeline };
    this.line('summary', fields);
  }

  private line(event: string, fields: object): void {
    this.io.stdout.write(jsonLine({ event, ...fields }));
  }
}
