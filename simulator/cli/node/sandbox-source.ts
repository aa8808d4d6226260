/**
 * The prelude of a service's sandbox, as text, because it must run inside that realm. It takes
 * away what is not deterministic, and turns the script's exports into answers.
 */
export const SANDBOX_SOURCE = String.raw`
'use strict';
(() => {
  const bridge = globalThis.__bridge;
  delete globalThis.__bridge;
  const RealDate = Date;
  let nowMs = 0;
  function SimulatedDate(...args) {
    if (new.target === undefined) return new RealDate(nowMs).toString();
    const made = args.length === 0 ? [nowMs] : args;
    return Reflect.construct(RealDate, made, new.target);
  }
  SimulatedDate.prototype = RealDate.prototype;
  SimulatedDate.prototype.constructor = SimulatedDate;
  SimulatedDate.now = () => nowMs;
  SimulatedDate.parse = RealDate.parse;
  SimulatedDate.UTC = RealDate.UTC;
  globalThis.Date = SimulatedDate;
  Math.random = () => bridge.random();
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry']) {
    delete globalThis[name];
  }
  const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const log = (...values) => bridge.log(values.map(show).join(' '));
  globalThis.console = { log, info: log, warn: log, error: log, debug: log };

  const definitions = new Map();
  const loaded = new Map();
  let service;
  /** The name of the function that is being called. */
  let asked = 'handle';
  const fail = (message) => { throw new TypeError(message); };

  globalThis.__define = (path, imports, body) => definitions.set(path, { imports, body });
  const load = (path) => {
    const existing = loaded.get(path);
    if (existing !== undefined) return existing.exports;
    const { imports, body } = definitions.get(path);
    const module = { exports: {} };
    loaded.set(path, module);
    const require = (wanted) => {
      const target = imports[wanted];
      if (target === undefined) {
        fail('cannot import ' + JSON.stringify(wanted) + ': a service may import only files of its own by a relative path');
      }
      return load(target);
    };
    body(module.exports, require, module);
    return module.exports;
  };
  globalThis.__start = (entry) => {
    service = load(entry);
    const answers = (exports) => typeof exports.handle === 'function' || typeof exports.datagram === 'function';
    if (!answers(service) && service.default !== undefined) service = service.default;
    if (!answers(service)) fail('it exports no function handle(request, context), nor datagram(packet, context)');
    return typeof service.datagram === 'function';
  };

  const requestOf = ({ method, url, headers, body }) => {
    const match = /^[a-z]+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
    const query = {};
    for (const pair of (match[2] ?? '').split('&')) {
      if (pair === '') continue;
      const [name, value = ''] = pair.split('=');
      query[decodeURIComponent(name)] = decodeURIComponent(value.replaceAll('+', ' '));
    }
    return {
      method, url, path: match[1] || '/', query, body,
      headers: Object.fromEntries(headers),
      json: () => JSON.parse(body),
    };
  };

  const packetOf = ({ from, host, port, body, bytes }) => ({
    from, host, port, body,
    bytes: Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
    json: () => JSON.parse(body),
  });

  const duration = (name, value = 0) => {
    if (typeof value !== 'number' || !(value >= 0) || value > 1e12) fail(asked + '() returned ' + name + ' ' + show(value));
    return value;
  };
  const piece = (value) => {
    if (typeof value === 'string') return { text: value, afterMs: 0 };
    if (value instanceof Uint8Array) return { bytes: Array.from(value, (byte) => String.fromCharCode(byte)).join(''), afterMs: 0 };
    if (typeof value !== 'object' || value === null || value.data === undefined || Array.isArray(value.data)) {
      fail(asked + '() returned ' + (asked === 'handle' ? 'a body that is neither a text, a Uint8Array nor an array of pieces { data, afterMs }; use json for data' : 'what is neither a text, a Uint8Array, { data, afterMs } nor an array of these'));
    }
    return { ...piece(value.data), afterMs: duration('afterMs', value.afterMs) };
  };

  const answer = (value, note) => {
    if (typeof value !== 'object' || value === null) fail('handle() returned ' + show(value) + '; expected { status, headers, body }');
    const status = value.status ?? 200;
    if (!Number.isInteger(status) || status < 100 || status > 599) fail('handle() returned status ' + show(status) + '; expected 100 to 599');
    const headers = Object.entries(value.headers ?? {}).map(([name, text]) => [name.toLowerCase(), String(text)]);
    let body = value.body ?? '';
    if (value.json !== undefined) {
      body = JSON.stringify(value.json);
      if (!headers.some(([name]) => name === 'content-type')) headers.push(['content-type', 'application/json']);
    }
    const pieces = body === '' ? [] : (Array.isArray(body) ? body : [body]).map(piece);
    bridge.output = JSON.stringify({ status, headers, pieces, delayMs: duration('delayMs', value.delayMs), note });
  };

  const answerDatagram = (value, note) => {
    const values = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    bridge.output = JSON.stringify({ datagrams: values.map(piece), note });
  };

  globalThis.__call = () => {
    const input = JSON.parse(bridge.input);
    asked = input.datagram === undefined ? 'handle' : 'datagram';
    nowMs = input.nowMs;
    let note = null;
    const context = {
      get state() { return service.state; },
      now: nowMs,
      key: input.key ?? undefined,
      random: () => bridge.random(),
      note: (text) => { note = note === null ? String(text) : note + '; ' + text; },
    };
    if (typeof service[asked] !== 'function') fail('it exports no function handle(request, context)');
    const result = asked === 'handle'
      ? service.handle(requestOf(input.request), context)
      : service.datagram(packetOf(input.datagram), context);
    const take = asked === 'handle' ? answer : answerDatagram;
    if (typeof result?.then !== 'function') { take(result, note); return; }
    result.then((value) => take(value, note)).catch((error) => { bridge.failure = error; });
  };
})();
`;
