import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { workflowEntries } from '../../../extension/model/workflow-entries.ts';
import { projectRoot } from '../../helpers/project-root.ts';

describe('the workflows that a backstitch.json names', () => {
  it('are listed with the lines of their keys', () => {
    const text = readFileSync(join(projectRoot, 'examples/order/backstitch.json'), 'utf8');
    const [order, ...others] = workflowEntries(text);
    assert.deepEqual(others, []);
    assert.equal(order?.name, 'order');
    assert.equal(order?.program, 'order.c');
    assert.equal(order?.built, false);
    assert.match(text.split('\n')[order?.line ?? 0] ?? '', /^ {4}"order": \{/);
    assert.equal(order?.column, 4);
  });

  it('are listed also while the file is being typed', () => {
    const text =
      '{ "workflows": { "a": { "source": "a.c" }, "b": { "module": "b.wasm", "build": "make" ';
    assert.deepEqual(
      workflowEntries(text).map(({ name, program, built }) => [name, program, built]),
      [
        ['a', 'a.c', false],
        ['b', 'b.wasm', true],
      ],
    );
  });

  it('leave out what is no workflow', () => {
    assert.deepEqual(workflowEntries('{ "workflows": { "a": 1, "b": null, "c": [] } }'), []);
    assert.deepEqual(workflowEntries('{ "workflows": [] }'), []);
    assert.deepEqual(workflowEntries('[1]'), []);
    assert.deepEqual(workflowEntries(''), []);
  });

  it('are read from a text that is nested too deep for a parser as nothing', () => {
    assert.deepEqual(workflowEntries('['.repeat(1_000_000)), []);
  });

  it('are read from any text without an error, on lines that it has', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"workflows"',
      ':',
      ',',
      '"a"',
      '[',
      ']',
      '\n',
      '//',
      '1',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 40 }),
        (parts) => {
          const text = parts.join('');
          for (const { line } of workflowEntries(text)) assert.ok(line < text.split('\n').length);
        },
      ),
    );
  });
});
