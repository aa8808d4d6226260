import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { MemorySink } from '../helpers/memory-sink.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { closeExamples, type Example, loadExample, runExample } from './run-example.ts';

after(closeExamples);

/** How often the card was charged and a parcel was shipped, by what the services noted. */
function doneBy({ ledgerRows }: MemorySink): { charges: number; shipments: number } {
  const count = (start: string) =>
    ledgerRows.filter(({ note }) => note?.startsWith(start) === true).length;
  return { charges: count('charged'), shipments: count('shipped') };
}

const ONCE = { charges: 1, shipments: 1 };

const RECEIPT =
  /^2026-01-01 09:0\d {2}accepted A-17\n2026-01-01 09:0\d {2}charged ch_1\n2026-01-04 09:0\d {2}shipped PX-\d{6}\nreceipt for A-17\n( {2}2026.*\n){3}$/;

function withLevel(example: Example, persistence: 'none' | 'workflow' | 'effect'): Example {
  const workflows = example.loaded.workflows.map((workflow) => ({
    ...workflow,
    config: { ...workflow.config, persistence },
  }));
  return { ...example, loaded: { ...example.loaded, workflows } };
}

test('the order is charged, shipped three days later, and has its receipt', async () => {
  const { exitCode, stdout, stderr, sink } = runExample(await loadExample('order', 'order'));
  assert.match(stdout, RECEIPT);
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  assert.deepEqual(doneBy(sink), ONCE);
});

for (const point of ['before', 'intent', 'performed', 'recorded']) {
  test(`a crash at the point "${point}" of any effect charges and ships once`, async () => {
    const order = await loadExample('order', 'order');
    const effects = [...runExample(order).sink.entries.values()][0]?.length ?? 0;
    assert.ok(effects > 10);
    for (let seq = 0; seq < effects; seq++) {
      const at = { execution: 'order-1', seq };
      const run = runExample(order, { faults: [{ kind: 'crash', point, at }] });
      assert.match(run.stdout, RECEIPT, `crash at #${seq}`);
      assert.equal(run.exitCode, 0, `crash at #${seq}`);
      assert.deepEqual(doneBy(run.sink), ONCE, `crash at #${seq}`);
    }
  });
}

const plans = join(projectRoot, 'examples/order/faults');
for (const name of readdirSync(plans)) {
  test(`the plan ${name} happens, and the order is charged and shipped once`, async () => {
    const plan: object = JSON.parse(readFileSync(join(plans, name), 'utf8'));
    const { exitCode, sink } = runExample(await loadExample('order', 'order'), plan);
    assert.ok([...sink.faults.values()].every(({ fired }) => fired > 0));
    assert.equal(exitCode, 0);
    assert.deepEqual(doneBy(sink), ONCE);
  });
}

test('persistence "workflow" charges twice after a crash, and "none" loses the order', async () => {
  const order = await loadExample('order', 'order');
  const file = join(plans, 'crash-after-charge.json');
  const plan: object = JSON.parse(readFileSync(file, 'utf8'));
  const restarted = runExample(withLevel(order, 'workflow'), plan);
  assert.deepEqual(doneBy(restarted.sink), { charges: 2, shipments: 1 });
  const lost = runExample(withLevel(order, 'none'), plan);
  assert.deepEqual(doneBy(lost.sink), { charges: 1, shipments: 0 });
  assert.equal(lost.exitCode, undefined);
});

test('a response that is lost is asked for again with the same key, and charged once', async () => {
  const at = { execution: 'order-1', effect: 'http.request', match: 1 };
  const order = await loadExample('order', 'order');
  const run = runExample(order, { faults: [{ kind: 'lose-response', at }] });
  assert.equal(run.exitCode, 0);
  assert.deepEqual(doneBy(run.sink), ONCE);
  const posts = run.sink.ledgerRows.filter(({ url }) => url.endsWith('/charges'));
  assert.deepEqual(
    posts.map(({ duplicateBy }) => duplicateBy),
    [undefined, 'key'],
  );
});

/** The example with a payment service that fails with a 503 for as many requests. */
function withOutage(example: Example, requests: number): Example {
  return {
    ...example,
    loadService: (name, source) => {
      const program = example.loadService(name, source);
      if (name !== 'payment') return program;
      let left = requests;
      return {
        handle: (request, context) => {
          if (left === 0) return program.handle(request, context);
          left--;
          const pieces = [{ bytes: new TextEncoder().encode('closed'), delayNanos: 0n }];
          return { status: 503, headers: [], pieces, delayNanos: 0n, note: undefined };
        },
      };
    },
  };
}

test('the program waits and tries again while the payment service has errors of its own', async () => {
  const run = runExample(withOutage(await loadExample('order', 'order'), 2));
  assert.equal(run.exitCode, 0);
  assert.deepEqual(doneBy(run.sink), ONCE);
  assert.equal(
    run.stderr,
    'POST https://payment.example/charges failed, try 1 of 4: closed\n' +
      'POST https://payment.example/charges failed, try 2 of 4: closed\n',
  );
});

test('the program gives up with an exit code of its own when the outage does not end', async () => {
  const run = runExample(withOutage(await loadExample('order', 'order'), 100));
  assert.equal(run.exitCode, 2);
  assert.deepEqual(doneBy(run.sink), { charges: 0, shipments: 0 });
  assert.match(run.stderr, /try 4 of 4: closed\nPOST .*\/charges: giving up\n$/);
});
