import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HostRecording } from '../../simulator/host/host-environment.ts';
import { PartedRecording } from '../../simulator/host/parted-recording.ts';
import {
  FIRST_PART,
  firstPartPath,
  PART_KEY,
  partIn,
  partPath,
  type RecordingPart,
} from '../../simulator/host/recording-part.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { LiveHistory, SILENT_SINK, teeSinks } from '../../simulator/journal/history.ts';
import type { ExecutionRow, RecordingSink } from '../../simulator/journal/records.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';

const LIMITS = { executions: 1, logBytes: 1_000_000 };

class Parts {
  /** What each part holds, by its number. */
  readonly lines = new Map<number, string[]>();
  readonly left: number[] = [];
  readonly history = new LiveHistory(0n);
  failsToFlush = false;
  steps = 0;
  readonly recording: PartedRecording;
  readonly sink: RecordingSink;

  constructor(part: RecordingPart = FIRST_PART) {
    this.recording = new PartedRecording({
      open: (number) => this.open(number),
      part,
      limits: LIMITS,
    });
    this.sink = teeSinks([this.history.sink, this.recording]);
    this.sink.meta('setup', 'all');
    this.recording.watch({ history: this.history, steps: () => this.steps });
  }

  execution(name: string, ends: boolean): void {
    const row: ExecutionRow = {
      id: executionId(name),
      workflow: 'w',
      module: 'hash',
      level: 'effect',
      status: ends ? 'completed' : 'running',
      exitCode: undefined,
      reason: undefined,
      startedAt: VIRTUAL_START,
      endedAt: ends ? VIRTUAL_START : undefined,
    };
    this.sink.execution(row);
  }

  input(kind: 'request' | 'cancel', data = {}): void {
    this.sink.input({ number: 1, step: this.steps, kind, data, body: undefined });
  }

  private open(number: number): HostRecording {
    const lines: string[] = [];
    this.lines.set(number, lines);
    return {
      ...SILENT_SINK,
      meta: (key, value) => lines.push(`${key}=${value}`),
      execution: ({ id, status }) => lines.push(`${id} ${status}`),
      input: ({ kind }) => lines.push(kind),
      flush: () => {
        if (this.failsToFlush) throw new Error('the disk is full');
      },
      close: async () => undefined,
      leave: () => this.left.push(number),
      logBytes: 0,
    };
  }
}

describe('a recording in parts', () => {
  it('begins each part with the setup and with those in flight', () => {
    const parts = new Parts();
    parts.input('request');
    parts.execution('w-1', false);
    assert.equal(parts.recording.endIfLong(), undefined);
    parts.execution('w-2', true);
    parts.steps = 7;
    assert.equal(parts.recording.endIfLong(), 2);
    assert.equal(parts.recording.endIfLong(), undefined);
    parts.execution('w-1', true);
    assert.deepEqual(parts.left, [1]);
    assert.deepEqual(parts.lines.get(1), ['setup=all', 'request', 'w-1 running', 'w-2 completed']);
    const place = JSON.stringify({ number: 2, steps: 7, inputs: 1 });
    assert.deepEqual(parts.lines.get(2), [
      'setup=all',
      `${PART_KEY}=${place}`,
      'w-1 running',
      'w-1 completed',
    ]);
  });

  it('goes on in its part when the next cannot be begun', () => {
    const parts = new Parts();
    parts.execution('w-1', true);
    parts.failsToFlush = true;
    assert.throws(() => parts.recording.endIfLong(), /disk is full/);
    assert.deepEqual(parts.left, [2]);
    parts.execution('w-2', true);
    assert.deepEqual(parts.lines.get(1), ['setup=all', 'w-1 completed', 'w-2 completed']);
  });

  const AGAIN = { number: 2, steps: 7, inputs: 1 };

  it('is quiet until the place of the part that is written again', () => {
    for (const next of ['step', 'input'] as const) {
      const parts = new Parts(AGAIN);
      parts.input('cancel', { execution: 'w-9', after: 3 });
      parts.input('request');
      parts.execution('w-1', false);
      parts.execution('w-2', true);
      parts.steps = 7;
      assert.equal(parts.recording.endIfLong(), undefined);
      assert.deepEqual(parts.lines.get(2), []);
      if (next === 'step') parts.steps = 8;
      else parts.input('request');
      parts.execution('w-1', true);
      const beginning = ['setup=all', `${PART_KEY}=${JSON.stringify(AGAIN)}`, 'cancel'];
      const lines = parts.lines.get(2) ?? [];
      assert.deepEqual(lines.slice(0, 3), beginning);
      const rest =
        next === 'step' ? ['w-1 completed'] : ['w-1 running', 'request', 'w-1 completed'];
      assert.deepEqual(lines.slice(3), rest);
      assert.equal(parts.recording.endIfLong(), 3);
    }
  });

  it('holds its beginning also when it is closed before its place', async () => {
    const parts = new Parts(AGAIN);
    parts.execution('w-1', false);
    await parts.recording.close();
    assert.deepEqual(parts.lines.get(2)?.slice(-1), ['w-1 running']);
  });

  it('ends no part before it is told when', () => {
    const parts = new Parts();
    parts.recording.limitParts(undefined);
    parts.execution('w-1', true);
    assert.equal(parts.recording.endIfLong(), undefined);
    parts.recording.limitParts(LIMITS);
    assert.equal(parts.recording.endIfLong(), 2);
  });
});

describe('the paths of parts', () => {
  it('lead from the first to the others and back', () => {
    for (const path of ['/a/till.backstitch', '/a/till', '/a/0002.backstitch']) {
      assert.equal(partPath(path, 1), path);
      for (const number of [1, 2, 12_345]) {
        const part = { number, steps: 0, inputs: 0 };
        assert.equal(firstPartPath(partPath(path, number), part), path);
      }
    }
    assert.equal(partPath('/a/till.backstitch', 2), '/a/till.0002.backstitch');
    assert.equal(firstPartPath('/a/renamed.backstitch', { ...FIRST_PART, number: 2 }), undefined);
  });

  it('and places are read back from what a recording says of itself', () => {
    const part = { number: 3, steps: 10, inputs: 4 };
    assert.deepEqual(partIn(new Map([[PART_KEY, JSON.stringify(part)]])), part);
    assert.deepEqual(partIn(new Map()), FIRST_PART);
  });
});
