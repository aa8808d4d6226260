// A small shop for http.c to talk to. An order that comes again with its idempotency key, because
// nobody knows whether it arrived, is not a second one.

export const state = { stock: { lamp: 5 }, orders: [], orderOfKey: {} };

const routes = {
  'GET /stock': ({ query }, { state }) => ({ json: { count: state.stock[query.item] ?? 0 } }),
  'POST /orders': (request, { state, key, note }) => {
    const made = state.orderOfKey[key] ?? sell(request.json(), state, note);
    if (made === undefined) return { status: 409, json: { error: 'sold out' } };
    if (key !== undefined) state.orderOfKey[key] = made;
    return { status: 201, headers: { location: `/orders/${made.id}` }, json: made };
  },
  'GET /slow': () => ({ body: 'sorry for the wait', delayMs: 60_000 }),
};

function sell({ item, count }, state, note) {
  if ((state.stock[item] ?? 0) < count) return undefined;
  state.stock[item] -= count;
  const made = { id: state.orders.length + 1, item, count };
  state.orders.push(made);
  note(`sold ${count} ${item}`);
  return made;
}

export function handle(request, context) {
  const route = routes[`${request.method} ${request.path}`];
  if (route !== undefined) return { status: 200, ...route(request, context) };
  const found = context.state.orders.find(({ id }) => request.path === `/orders/${id}`);
  if (found !== undefined && request.method === 'GET') return { status: 200, json: found };
  return { status: 404, json: { error: 'not found' } };
}
