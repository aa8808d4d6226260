import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../simulator/effects/operation.ts';
import { traceText } from '../../../simulator/host/text/trace-text.ts';
import { executionId, seqOf } from '../../../simulator/journal/entry.ts';
import type { TraceKind } from '../../../simulator/journal/records.ts';
import { VIRTUAL_START } from '../../../simulator/kernel/time.ts';

function textOf(kind: TraceKind, data: JsonObject): string {
  const place = { node: 'node-a', service: 'api', execution: executionId('a-1'), seq: seqOf(3) };
  return traceText({ at: VIRTUAL_START, kind, data, ...place });
}

describe('what happens with a real host', () => {
  it('is told as real, with the time that it took', () => {
    const took = { real: true, took: '84400000' };
    assert.deepEqual(
      [
        textOf('request.arrived', { real: true }),
        textOf('response.sent', { ...took, status: 201 }),
        textOf('response.lost', { ...took, why: 'socket hang up' }),
      ],
      [
        'the request of a-1 #3 arrived at the real api',
        'the real api answered a-1 #3 with 201 after 84 ms',
        'no response to a-1 #3 came from the real api after 84 ms: socket hang up',
      ],
    );
  });
});
