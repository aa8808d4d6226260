import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientReports, clientsView } from '../../simulator/host/client-reports.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';

/** A history in which a client sends so often, and gets these statuses; none leaves it waiting. */
function historyOf(statuses: readonly (number | undefined)[]): LiveHistory {
  const history = new LiveHistory(0n);
  statuses.forEach((status, index) => {
    const sent = { client: 'alice', number: index + 1, what: 'GET /' };
    const at = virtualNanos(BigInt(index));
    history.sink.trace({ at, kind: 'client.sent', data: { ...sent, bytes: 0 } });
    if (status === undefined) return;
    const answer = { outcome: 'answered', status, bytes: 2, text: 'ok', tookNanos: '5' };
    const execution = executionId(`web-${index + 1}`);
    history.sink.trace({ at, kind: 'client.answered', execution, data: { ...sent, ...answer } });
  });
  return history;
}

describe('reports of clients', () => {
  it('join what was sent with what came of it', () => {
    const [answered, waiting] = clientReports(historyOf([200, undefined]));
    assert.deepEqual(answered, {
      ...{ client: 'alice', number: 1, what: 'GET /', sentAt: 0n, execution: 'web-1' },
      answer: { outcome: 'answered', status: 200, bytes: 2, text: 'ok', tookNanos: 5n },
    });
    assert.equal(waiting?.answer, undefined);
    assert.equal(waiting?.execution, undefined);
  });

  it('take answers from 500 on as failures, and no others', () => {
    const view = clientsView(historyOf([200, 404, 499, 500, undefined]));
    assert.deepEqual(view, {
      sent: 5,
      failed: 1,
      failures: ['client alice #4: GET / got 500 from web-4'],
    });
  });

  it('tell of the first five failures', () => {
    const view = clientsView(historyOf(Array.from({ length: 8 }, () => 503)));
    assert.equal(view.failed, 8);
    assert.equal(view.failures.length, 5);
    assert.match(view.failures.at(-1) ?? '', /#5/);
  });
});
