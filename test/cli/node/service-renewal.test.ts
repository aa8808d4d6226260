import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceLoader } from '../../../simulator/cli/node/service-runtime.ts';
import type { ServiceProgram } from '../../../simulator/world/service.ts';

const CONTEXT = { wallNanos: 0n, random: () => 0.5, key: undefined };
const REQUEST = { method: 'GET', url: 'http://a/', headers: [], body: new Uint8Array(0) };

async function load(text: string): Promise<ServiceProgram> {
  const source = { entry: 's.mjs', files: new Map([['s.mjs', text]]) };
  const loader = await serviceLoader(new Map([['s', source]]));
  return loader('s', source);
}

function ask(service: ServiceProgram): string {
  const { pieces } = service.handle(REQUEST, CONTEXT);
  return pieces.map(({ bytes }) => new TextDecoder().decode(bytes)).join('');
}

describe('a service that begins anew', () => {
  it('has forgotten everything', async () => {
    const service = await load(`
      let calls = 0;
      export const state = { calls: 0 };
      export function handle(request, { state }) {
        return { body: String(++calls) + ++state.calls };
      }`);
    assert.deepEqual([ask(service), ask(service)], ['11', '22']);
    assert.equal(service.stateText?.(), '{"calls":2}');
    for (let time = 0; time < 2; time++) {
      assert.equal(service.renew?.(), true);
      assert.equal(service.stateText?.(), '{"calls":0}');
      assert.deepEqual([ask(service), ask(service)], ['11', '22']);
    }
  });

  it('may answer later, as before', async () => {
    const service = await load(
      "export const handle = async () => { await null; return { body: 'later' }; };",
    );
    assert.equal(service.renew?.(), true);
    assert.equal(ask(service), 'later');
  });

  it('cannot when it has changed what is global', async () => {
    const service = await load(
      'export const handle = () => ({ body: String(globalThis.count = (globalThis.count ?? 0) + 1) });',
    );
    assert.equal(ask(service), '1');
    assert.equal(service.renew?.(), false);
  });

  it('fails when it changes what all scripts find, instead of finding what it left', async () => {
    const service = await load(
      'export const handle = () => { Math.count = (Math.count ?? 0) + 1; return { body: String(Math.count) }; };',
    );
    assert.equal(service.renew?.(), true);
    assert.throws(() => ask(service), /service s failed at s\.mjs:1.*not extensible/);
  });

  it('tells nothing of a state that is no plain data', async () => {
    const service = await load('export const state = 1n; export const handle = () => ({});');
    assert.equal(service.stateText?.(), undefined);
  });
});
