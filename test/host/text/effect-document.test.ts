import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type DocumentedEffect,
  effectDocument,
} from '../../../simulator/host/text/effect-document.ts';
import { assertGolden } from '../../golden/golden.ts';
import { bytes } from './entries.ts';

const START = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;

const EFFECT: DocumentedEffect = {
  execution: 'order-1',
  seq: 3,
  operation: 'http.request',
  class: 'call',
  state: 'delivered',
  attempt: 2,
  node: 'node-b',
  text: 'http.request POST https://payment.example/charges -> 201 {"id":"ch_1"}',
  startedAt: 4_000n,
  endedAt: 10_034_000_000n,
  deliveredAt: 10_036_000_000n,
  key: 'order-1/3',
  args: {
    method: 'POST',
    url: 'https://payment.example/charges',
    headers: [['content-type', 'application/json']],
    timeoutNanos: '30000000000',
  },
  argsBody: bytes('{"cents":4200}'),
  result: { status: 201, headers: [] },
  resultBody: bytes('{"id":"ch_1"}'),
  stack: [
    {
      functionName: 'charge',
      functionIndex: 12,
      codeOffset: 0x1f0,
      source: { file: '/src/order.c', line: 92, column: 3 },
      user: true,
    },
  ],
  events: [
    { at: 4_000_000n, kind: 'request.sent', text: 'node-a sent the request of order-1 #3' },
    { at: 10_000_000_000n, kind: 'call.retried', text: 'order-1 #3 is sent again' },
  ],
};

describe('the document of an effect', () => {
  it('tells what, where from, when, and what happened around it', () => {
    assertGolden('effect-document/call', effectDocument(EFFECT, START));
  });

  it('says that an intent has no result, and dumps what is not text', () => {
    const {
      endedAt: _ended,
      deliveredAt: _delivered,
      result: _result,
      resultBody: _body,
      ...rest
    } = EFFECT;
    const argsBody = Uint8Array.from({ length: 40 }, (_, index) => index);
    const intent: DocumentedEffect = { ...rest, state: 'intent', argsBody, stack: [], events: [] };
    assertGolden('effect-document/intent', effectDocument(intent, START));
  });

  it('keeps a body inside its fence, whatever it holds', () => {
    const argsBody = bytes('```\n# not a heading\n````\n');
    const text = effectDocument({ ...EFFECT, argsBody }, START);
    assert.match(text, /\n`````\n```\n# not a heading\n````\n`````\n/);
  });

  it('cuts a body that is very long, and says how much is left', () => {
    const argsBody = bytes('x'.repeat(100_000));
    assert.match(effectDocument({ ...EFFECT, argsBody }, START), /\.\.\. 34,464 characters more/);
  });
});
