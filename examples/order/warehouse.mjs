// A warehouse that packs one parcel for each order, however often it is asked.

export const state = { trackingOfOrder: {} };

export function handle(request, { state, random, note }) {
  if (request.method !== 'POST' || request.path !== '/shipments') {
    return { status: 404, json: { error: `nothing at ${request.method} ${request.path}` } };
  }
  const { order } = request.json();
  const earlier = state.trackingOfOrder[order];
  if (earlier !== undefined) {
    note(`${order} is on its way already`);
    return { status: 200, json: { order, tracking: earlier } };
  }
  const tracking = `PX-${String(Math.floor(random() * 1e6)).padStart(6, '0')}`;
  state.trackingOfOrder[order] = tracking;
  note(`shipped ${order} as ${tracking}`);
  return { status: 201, json: { order, tracking }, delayMs: 150 };
}
