import { REALM_BEGIN, REALM_END } from './realm-source.ts';

/** Pieces that a service sends in answer to one piece of a request, at most. */
const STREAM_PIECES_MAX = 10_000;

/** The prelude of a service's realm: it turns the script's exports into answers. */
export const SANDBOX_SOURCE = String.raw`
${REALM_BEGIN}
  let service;
  /** The name of the function that is being called. */
  let asked = 'handle';
  globalThis.__start = (entry) => {
    loaded.clear();
    service = load(entry);
    const has = (name) => typeof service[name] === 'function';
    const answers = () => has('handle') || has('stream') || has('datagram');
    if (!answers() && service.default !== undefined) service = service.default;
    if (!answers()) fail('it exports no function handle(request, context), stream(request, context) nor datagram(packet, context)');
    return { datagrams: has('datagram'), streams: has('stream'), handles: has('handle') };
  };

  const requestOf = ({ method, url, headers, body, trailers }) => {
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
      trailers: Object.fromEntries(trailers),
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

  const fields = (values) => Object.entries(values ?? {}).map(([name, text]) => [name.toLowerCase(), String(text)]);
  const answerOf = (value) => {
    if (typeof value !== 'object' || value === null) fail(asked + '() returned ' + show(value) + '; expected { status, headers, body }');
    const status = value.status ?? 200;
    if (!Number.isInteger(status) || status < 100 || status > 599) fail(asked + '() returned status ' + show(status) + '; expected 100 to 599');
    const headers = fields(value.headers);
    let body = value.body ?? '';
    if (value.json !== undefined) {
      body = JSON.stringify(value.json);
      if (!headers.some(([name]) => name === 'content-type')) headers.push(['content-type', 'application/json']);
    }
    const pieces = body === '' ? [] : (Array.isArray(body) ? body : [body]).map(piece);
    return { status, headers, pieces, trailers: fields(value.trailers), delayMs: duration('delayMs', value.delayMs) };
  };
  const answer = (value, note) => { bridge.output = JSON.stringify({ ...answerOf(value), note }); };

  const isBody = (value) => typeof value === 'string' || value instanceof Uint8Array || value?.data !== undefined;
  const sendHead = (open, step, value) => {
    if (open.hasHead) fail('stream() yielded ' + show(value) + ' after its head; expected a piece of the body');
    open.hasHead = true;
    const { status, headers, pieces, delayMs } = answerOf(value);
    step.head = { status, headers };
    step.delayMs = delayMs;
    step.pieces.push(...pieces);
  };
  const sendPiece = (open, step, value) => {
    if (!open.hasHead) sendHead(open, step, {});
    if (step.pieces.length >= ${STREAM_PIECES_MAX}) fail('stream() yielded more than ${STREAM_PIECES_MAX} pieces at once');
    step.pieces.push(piece(value));
  };
  const finish = (open, step, value) => {
    step.ended = true;
    if (!open.hasHead && value === undefined) fail('stream() ended without a response');
    if (isBody(value)) sendPiece(open, step, value);
    else if (!open.hasHead) sendHead(open, step, value);
    step.trailers = fields(value?.trailers);
  };
  // The program goes on until it asks for more of the request, with a yield of nothing.
  const advance = (open, step, given) => {
    if (step.ended) return;
    let { done, value } = open.turns.next(given);
    while (!done && value !== undefined) {
      if (isBody(value)) sendPiece(open, step, value);
      else sendHead(open, step, value);
      ({ done, value } = open.turns.next());
    }
    if (done) finish(open, step, value);
  };
  const begin = (input, context) => {
    const request = requestOf(input);
    const turns = service.stream(request, context);
    if (typeof turns?.next !== 'function' || Symbol.asyncIterator in turns) {
      fail('stream() returned no generator; expected function* stream(request, context)');
    }
    return { request, turns, hasHead: false };
  };
  const stream = ({ request, text, ended, trailers }, context) => {
    const step = { head: null, pieces: [], trailers: [], ended: false, delayMs: 0 };
    const isNew = bridge.open === undefined;
    if (isNew) {
      bridge.open = begin(request, context);
      advance(bridge.open, step);
    }
    const { open } = bridge;
    if (text !== '') advance(open, step, text);
    if (ended) {
      open.request.trailers = Object.fromEntries(trailers);
      advance(open, step, undefined);
      if (!step.ended) fail('stream() waits for more of a request that has ended');
    }
    return step;
  };

  const answerDatagram = (value, note) => {
    const values = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    bridge.output = JSON.stringify({ datagrams: values.map(piece), note });
  };

  globalThis.__state = () => {
    try {
      return JSON.stringify(service.state);
    } catch {
      // It is no plain data, and tells nothing.
      return undefined;
    }
  };

  let note = null;
  const contextOf = (key) => ({
    get state() { return service.state; },
    get now() { return nowMs; },
    key: key ?? undefined,
    random: () => bridge.random(),
    note: (text) => { note = note === null ? String(text) : note + '; ' + text; },
  });
  globalThis.__call = () => {
    const input = JSON.parse(bridge.input);
    nowMs = input.nowMs;
    note = null;
    const context = contextOf(input.key);
    if (input.stream !== undefined) {
      asked = 'stream';
      bridge.output = JSON.stringify({ ...stream(input.stream, context), note });
      return;
    }
    asked = input.datagram === undefined ? 'handle' : 'datagram';
    if (typeof service[asked] !== 'function') fail('it exports no function handle(request, context)');
    const result = asked === 'handle'
      ? service.handle(requestOf(input.request), context)
      : service.datagram(packetOf(input.datagram), context);
    const take = asked === 'handle' ? answer : answerDatagram;
    if (typeof result?.then !== 'function') { take(result, note); return; }
    result.then((value) => take(value, note)).catch((error) => { bridge.failure = error; });
  };
${REALM_END}
`;
