// Sends text messages, once for each key.

export const state = { messages: {} };

export function handle(request, { state, key, note }) {
  if (state.messages[key] !== undefined) return { status: 200, json: state.messages[key] };
  const { to, text } = request.json();
  state.messages[key] = { to, text };
  note(`sent to ${to}: ${text}`);
  return { status: 202, json: state.messages[key] };
}
