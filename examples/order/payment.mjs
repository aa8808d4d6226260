// A payment service that remembers idempotency keys: the same key is the same charge. A request
// without a key, or with a new one, charges the card again.

export const state = { charges: [], chargeOfKey: {} };

export function handle(request, { state, key, note }) {
  if (request.method === 'POST' && request.path === '/charges') {
    return charge(request.json(), state, key, note);
  }
  if (request.method === 'GET' && request.path.startsWith('/charges/')) {
    const id = request.path.slice('/charges/'.length);
    const found = state.charges.find((charge) => charge.id === id);
    return found
      ? { status: 200, json: found }
      : { status: 404, json: { error: 'no such charge' } };
  }
  return { status: 404, json: { error: `nothing at ${request.method} ${request.path}` } };
}

function charge({ order, cents, currency }, state, key, note) {
  if (!Number.isInteger(cents) || cents <= 0) {
    return { status: 422, json: { error: 'cents has to be a whole number above zero' } };
  }
  const earlier = key === undefined ? undefined : state.chargeOfKey[key];
  if (earlier !== undefined) {
    note(`already charged as ${earlier}`);
    return { status: 200, json: state.charges.find(({ id }) => id === earlier) };
  }
  const made = { id: `ch_${state.charges.length + 1}`, order, cents, currency, status: 'paid' };
  state.charges.push(made);
  if (key !== undefined) state.chargeOfKey[key] = made.id;
  note(`charged ${cents} cents ${currency}`);
  return { status: 201, json: made };
}
