import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StackFrameView } from '../../../simulator/host/protocol.ts';
import {
  bodyLine,
  hexDump,
  quoteBytes,
  textOf,
  visibleText,
} from '../../../simulator/host/text/bytes-text.ts';
import { cellWidth, cutToWidth } from '../../../simulator/host/text/cell-width.ts';
import { divergenceText } from '../../../simulator/host/text/divergence-text.ts';
import { problemText } from '../../../simulator/host/text/problem-text.ts';
import { shortDuration } from '../../../simulator/host/text/short-duration.ts';
import { stackText } from '../../../simulator/host/text/stack-text.ts';
import { span, spread } from '../../../simulator/host/text/style.ts';
import { tableText } from '../../../simulator/host/text/table-text.ts';
import { bytes } from './entries.ts';

describe('bytes', () => {
  it('are text when they are UTF-8 without control characters', () => {
    assert.equal(textOf(bytes('grüß\tdich\r\n')), 'grüß\tdich\r\n');
    assert.equal(textOf(Uint8Array.of(0xc3)), undefined);
    assert.equal(textOf(bytes('a\u0000b')), undefined);
  });

  it('are cut where they are long, never inside a character', () => {
    assert.equal(quoteBytes(bytes('abcdef'), 3), '"abc".. (6 bytes)');
    const long = bytes('ä'.repeat(5000));
    assert.match(quoteBytes(long, 3), /^"äää"\.\. \(10,000 bytes\)$/);
    assert.equal(bodyLine(bytes('{\n  "a": 1\n}\n'), 50), '{ "a": 1 }');
  });

  it('are dumped with offsets, and end where told', () => {
    assert.equal(
      hexDump(bytes('Backstitch in a row'), 17),
      '00000000  42 61 63 6b 73 74 69 74  63 68 20 69 6e 20 61 20  Backstitch in a \n' +
        '00000010  72                                                r\n' +
        '... 2 bytes more',
    );
  });

  it('show what would move the cursor or turn the text around', () => {
    assert.equal(visibleText('a\u001b[31m\u202eb\n'), 'a\\u001b[31m\\u202eb\\n');
  });
});

describe('columns', () => {
  it('count wide and combining characters as terminals do', () => {
    assert.equal(cellWidth('abc'), 3);
    assert.equal(cellWidth('日本'), 4);
    assert.equal(cellWidth('e\u0301'), 1);
    assert.equal(cellWidth('→│✓'), 3);
  });

  it('are never exceeded by what is cut, and nothing that fits is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, width) => {
        const cut = cutToWidth(text, width);
        assert.ok(text.startsWith(cut));
        assert.ok(cellWidth(cut) <= width);
        if (cellWidth(text) <= width) assert.equal(cut, text);
      }),
    );
  });

  it('hold a left and a right part at both ends of the line', () => {
    const style = { colors: false, unicode: true, width: 40 };
    const line = spread([span('left'.repeat(20))], [span('right')], style);
    assert.equal(line.length, 40);
    assert.match(line, /^left.*… {2}right$/);
    assert.equal(spread([span('a')], [], style), 'a');
  });
});

describe('a short duration', () => {
  const DURATIONS: readonly (readonly [nanos: bigint, text: string])[] = [
    [0n, '0 s'],
    [1n, '1 ns'],
    [999n, '999 ns'],
    [3_124_567n, '3.12 ms'],
    [999_950n, '1 ms'],
    [59_999_000_000n, '1 min'],
    [86_399_950_000_000n, '1 d'],
    [90_000_000_000_000n, '1 d 1 h'],
    [-1_500_000n, '-1.5 ms'],
  ];
  for (const [nanos, text] of DURATIONS) {
    it(`of ${nanos} ns is ${text}`, () => assert.equal(shortDuration(nanos), text));
  }
});

const frame = (functionName: string, line: number, user = true): StackFrameView => ({
  functionName,
  functionIndex: 1,
  codeOffset: 0x1a,
  source: { file: '/src/order.c', line, column: 3 },
  user,
});

describe('a stack', () => {
  it('names function and place, or the offset where there is no line', () => {
    const { source: _source, ...bare } = frame('write', 1, false);
    assert.equal(
      stackText([bare, frame('main', 7)], { indent: '  ' }),
      '  write (code offset 0x1a)\n  main (/src/order.c:7:3)',
    );
  });

  it('leaves libraries out when asked, unless there is nothing else', () => {
    const library = frame('printf', 1, false);
    assert.equal(
      stackText([library, frame('main', 7)], { userOnly: true }),
      'main (/src/order.c:7:3)',
    );
    assert.match(stackText([library], { userOnly: true }), /printf/);
  });

  it('folds recursion and shortens what is still long', () => {
    const deep = Array.from({ length: 1000 }, () => frame('f', 1));
    assert.equal(stackText(deep), 'f (/src/order.c:1:3), 1,000 times');
    const long = Array.from({ length: 100 }, (_, index) => frame('f', index));
    const lines = stackText(long).split('\n');
    assert.equal(lines.length, 31);
    assert.equal(lines[20], '... 70 frames more ...');
  });
});

describe('a divergence', () => {
  it('shows both sides with their source lines', () => {
    const text = divergenceText({
      kind: 'diverged',
      execution: 'order-1',
      replayed: 3,
      message: 'order-1 diverges at effect #3',
      recordedStack: [frame('charge', 7)],
      askedStack: [],
    });
    assert.deepEqual(text.split('\n'), [
      'order-1 diverges at effect #3',
      '3 effects before it: the same.',
      'The recording was made here:',
      '    charge (/src/order.c:7:3)',
      'The program is here now: no stack is known',
    ]);
  });
});

describe('a problem', () => {
  it('begins with its place, once', () => {
    const problem = { severity: 'warning', code: 'x', message: 'odd' } as const;
    assert.equal(problemText(problem), 'warning: odd');
    const place = { file: '/a.c', line: 3, column: 0 };
    assert.equal(problemText({ ...problem, place }), '/a.c:3: warning: odd');
    assert.equal(
      problemText({ ...problem, message: '/a.c:3: odd', place }),
      'warning: /a.c:3: odd',
    );
  });
});

describe('a table', () => {
  it('has numbers to the right, texts to the left and no trailing spaces', () => {
    const rows = [
      ['clock.read', 12, null],
      ['日本', 3n, Uint8Array.of(1, 2)],
    ];
    assert.equal(
      tableText(['operation', 'n', 'body'], rows),
      'operation    n  body\n----------  --  ----\nclock.read  12\n日本         3  0102\n',
    );
    assert.equal(tableText(['n'], []), 'n\n-\n');
  });

  it('is straight whatever is in it', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const lines = tableText(['a', 'b'], rows).split('\n');
        assert.equal(lines.length, rows.length + 3);
        for (const line of lines) assert.equal(line, line.trimEnd());
      }),
    );
  });
});
