// The stock of lamps. It books every sale, also of what is not there, which is for the buyers to
// mend; but not one with an `If-Match` of another version than the stock has by now.

export const state = { count: 1, version: 1, saleOfKey: {} };

export function handle(request, { state, key, note }) {
  if (request.method === 'GET') {
    return { headers: { etag: `"${state.version}"` }, body: `${state.count}\n` };
  }
  const earlier = state.saleOfKey[key];
  if (earlier !== undefined) return { status: 200, body: earlier };
  const expected = request.headers['if-match'];
  if (expected !== undefined && expected !== `"${state.version}"`) {
    return { status: 412, body: 'somebody was faster\n' };
  }
  state.count--;
  state.version++;
  state.saleOfKey[key] = `a lamp for ${request.body}\n`;
  note(`sold a lamp to ${request.body}, ${state.count} left`);
  return { status: 201, body: state.saleOfKey[key] };
}
