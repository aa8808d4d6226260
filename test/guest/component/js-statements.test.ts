import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitStatements } from '../../../simulator/guest/component/js-statements.ts';

describe('the statements of generated JavaScript', () => {
  it('begin on lines of their own, and together are the text', () => {
    const statements = [
      'const one = 1;\n',
      'function two(a, {\n  b\n}) {\n  if (a) {\nreturn b;\n  }\n}\n\n',
      '    class Three { static four = [\'}\', "{", `{\x24{ { a: 1 }.a }`]; }\n',
      'let five\n= one\n  ? two\n  : 3; // it\'s "five" (\n',
      "const six = /* ) it's */ (7\n);\n",
    ];
    assert.deepEqual(splitStatements(statements.join('')), [...statements, '']);
  });

  it('are none where brackets do not match', () => {
    for (const text of ['{', '}', 'f(\n', '`\x24{', '`\x24{`a`}`']) {
      assert.equal(splitStatements(text), undefined, text);
    }
  });
});
